#include "runtime/device/Device.h"
#include "runtime/cpu/Pool.h"
