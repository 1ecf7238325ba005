int fine(int x);
