"""The files of CASME II: coding, spans of clips, frames and faces."""
