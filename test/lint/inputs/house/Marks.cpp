int later; // TODO: later
int path = sizeof("/home/somebody/model");
int space; 
int	tab;

