enum class ErrorCode : int {
  None = 0,
  Good = 101,
  Forgotten = 102,
};
