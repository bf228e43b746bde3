"""What steps do with the world, one module per subject; each joins the rooms for one kind of sentence."""
