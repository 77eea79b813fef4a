"""Sample rounds of the second plan: invented, marked as such in every text, for trying out."""
