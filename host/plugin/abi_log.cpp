#include "plugin/abi_log.hpp"

#include <lodge/log.h>

#include <string>
#include <string_view>

#include "base/log.hpp"
#include "plugin/host_context.hpp"

namespace lodge::plugin {

namespace {

constexpr bool is_level(std::int32_t level) { return level >= LODGE_LOG_TRACE && level <= LODGE_LOG_ERROR; }

std::string module_of(const HostContext& context) { return "service." + context.service() + "." + context.plugin(); }

std::int32_t enabled(const lodge_host* host, std::int32_t level) {
  if (host == nullptr || !is_level(level)) return 0;
  return log::enabled(module_of(HostContext::from(host)), static_cast<log::Level>(level)) ? 1 : 0;
}

std::int32_t write(const lodge_host* host, std::int32_t level, const char* text, std::size_t text_size) {
  if (host == nullptr || !is_level(level) || (text == nullptr && text_size != 0)) return LODGE_INVALID_ARGUMENT;
  const Entry entry(host);
  // Who comes too late has something to say about it: the line is written all the same.
  log::write(module_of(entry.context()), static_cast<log::Level>(level), {text, text_size});
  return entry.live() ? LODGE_OK : LODGE_STALE;
}

constexpr lodge_log_v1 table = {enabled, write};

}  // namespace

void offer_log(InterfaceRegistry& interfaces) { interfaces.offer(Place::log, LODGE_LOG_V1, &table, nullptr); }

}  // namespace lodge::plugin
