//! Database and blobs: one SQL text, two engines.
