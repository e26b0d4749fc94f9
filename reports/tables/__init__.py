"""The statistical tables: lines and columns as data, figures counted from the people of a quarter."""
