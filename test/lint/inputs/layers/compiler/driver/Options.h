#include "CLI/CLI.hpp"
#include "test/support/Helper.h"
