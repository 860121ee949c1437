"""`python -m digigraph` is the `digigraph` command."""

from digigraph.cli import main

if __name__ == "__main__":
    main()
