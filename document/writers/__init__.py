"""The formats: how each kind of block looks; a writer never asks which chapter it is in."""
