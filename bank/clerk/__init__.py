"""What the desk does with the bank: looks things up, asks which actions need a person, performs them."""
