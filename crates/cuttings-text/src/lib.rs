//! Words: analyser, query language, highlighter, language detection.
