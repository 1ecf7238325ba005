#include "compiler/driver/Driver.h"
