"""What people write and paste is read here, and never executed: layers, chains of them, shapes."""
