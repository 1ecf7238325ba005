enum class Code : int {
  Thin = 1001,
};
