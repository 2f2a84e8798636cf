//! The resolvent (to come).
