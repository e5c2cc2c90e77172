//! Archives made here, sound and broken, through the readers.

mod made;
mod tars;
mod warcs;
