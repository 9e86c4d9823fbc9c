"""The core: hearing, finding and recommending. It prints nothing and knows no door."""
