/* other_function( in a comment is nobody's name */
int tn_model_load(const char *path);
const char *model_path(int x);
