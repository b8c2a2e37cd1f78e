/* The whole C ABI of Lodge, for a plugin in C. Each header it includes can be included alone. */
#ifndef LODGE_LODGE_H
#define LODGE_LODGE_H

#include <lodge/call.h>
#include <lodge/child.h>
#include <lodge/config.h>
#include <lodge/descriptor.h>
#include <lodge/log.h>
#include <lodge/metric.h>
#include <lodge/msgpack.h>
#include <lodge/names.h>
#include <lodge/service.h>
#include <lodge/status.h>
#include <lodge/store.h>
#include <lodge/timer.h>
#include <lodge/trace.h>
#include <lodge/traceparent.h>
#include <lodge/types.h>
#include <lodge/watch.h>
#include <lodge/writer.h>

#endif
