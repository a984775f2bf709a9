"""Lists and conditions of template language 2: what blocks cover and what data makes of them."""
