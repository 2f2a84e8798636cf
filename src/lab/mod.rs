//! The page (to come).
