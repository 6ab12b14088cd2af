"""How everything looks: base templates, style sheets in layers, the mark, the proof, the seal."""
