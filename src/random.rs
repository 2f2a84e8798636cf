//! NumPy legacy generator (to come).
