//! Studies (to come).
