"""Networks: named layers joined into a graph, what is counted of them, and their files."""
