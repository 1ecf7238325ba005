int clean = 1;
int relative = sizeof("test/home/inputs");