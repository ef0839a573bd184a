"""`python -m app`: the command line where the `baton` script is not on the path."""

from app.cli import main

if __name__ == "__main__":
    main()
