#include <google/protobuf/message.h>
#include "ir/graph/GraphOps.h"
