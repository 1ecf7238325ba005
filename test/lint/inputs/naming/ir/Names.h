struct bad_struct {
  int Member_Name;
};
class GoodClass {
public:
  void goodFunction(int goodParameter);
  void Bad_Function(int BadParameter);
};
