/* The least that a descriptor must say. */
#ifndef BARE_H
#define BARE_H

#include <lodge/descriptor.h>

#define BARE_PLUGIN(name, size, abi, hooks)                                                               \
  {                                                                                                       \
    size, abi, 0, LODGE_SDK_VERSION, name, "1.0.0", NULL, NULL, {NULL, 0, 0}, {NULL, 0, 0}, {NULL, 0, 0}, \
        {NULL, 0, 0}, hooks, NULL                                                                         \
  }

#endif
