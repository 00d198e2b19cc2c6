"""`aisle eval search DIR`: graded queries in, NDCG and friends out, by engine and by rule."""
