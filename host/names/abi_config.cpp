#include "names/abi_config.hpp"

#include "base/writer.hpp"
#include "names/border.hpp"

namespace lodge::names {

namespace {

/// Runs `operation(NodeConfig&, HostContext&)` for a live instance.
template <typename Operation>
std::int32_t with_config(const lodge_host* host, Operation&& operation) {
  const plugin::Entry in(host);
  if (!in.live()) return LODGE_STALE;
  return number_of(operation(in->state<NodeConfig>(plugin::Place::config), in.context()));
}

/// The same for what writes: in a persisted domain that waits for the disk.
template <typename Operation>
std::int32_t with_writable(const lodge_host* host, std::string_view domain, std::string_view what,
                           Operation&& operation) {
  return with_config(host, [&](NodeConfig& config, plugin::HostContext& context) {
    if (config.persists(domain) && !plugin::may_wait(what)) return Code::FAILED_PRECONDITION;
    return operation(config, context);
  });
}

std::int32_t own(const lodge_host* host, lodge_writer* settings) {
  const plugin::Entry in(host);
  if (!in.live()) return LODGE_STALE;
  return append(*settings, *in->settings()) ? LODGE_OK : LODGE_RESOURCE_EXHAUSTED;
}

std::int32_t get(const lodge_host* host, const char* domain, std::size_t domain_size, const std::uint8_t* key,
                 std::size_t key_size, lodge_writer* value) {
  return with_config(host, [&](NodeConfig& config, auto&) {
    return config.get(lent(domain, domain_size), lent(key, key_size), *value);
  });
}

std::int32_t put(const lodge_host* host, const char* domain, std::size_t domain_size, const std::uint8_t* key,
                 std::size_t key_size, const std::uint8_t* value, std::size_t value_size) {
  return with_writable(host, lent(domain, domain_size), LODGE_CONFIG_V1 " put in a persisted domain",
                       [&](NodeConfig& config, auto&) {
                         return config.put(lent(domain, domain_size), lent(key, key_size), lent(value, value_size));
                       });
}

std::int32_t put_new(const lodge_host* host, const char* domain, std::size_t domain_size, const std::uint8_t* key,
                     std::size_t key_size, const std::uint8_t* value, std::size_t value_size) {
  return with_writable(host, lent(domain, domain_size), LODGE_CONFIG_V1 " put_new in a persisted domain",
                       [&](NodeConfig& config, auto&) {
                         return config.put_new(lent(domain, domain_size), lent(key, key_size), lent(value, value_size));
                       });
}

std::int32_t remove(const lodge_host* host, const char* domain, std::size_t domain_size, const std::uint8_t* key,
                    std::size_t key_size) {
  return with_writable(
      host, lent(domain, domain_size), LODGE_CONFIG_V1 " remove in a persisted domain",
      [&](NodeConfig& config, auto&) { return config.remove(lent(domain, domain_size), lent(key, key_size)); });
}

std::int32_t increment(const lodge_host* host, const char* domain, std::size_t domain_size, const std::uint8_t* key,
                       std::size_t key_size, std::int64_t by, std::int64_t* result) {
  return with_writable(host, lent(domain, domain_size), LODGE_CONFIG_V1 " increment in a persisted domain",
                       [&](NodeConfig& config, auto&) {
                         return config.increment(lent(domain, domain_size), lent(key, key_size), by, result);
                       });
}

std::int32_t add(const lodge_host* host, const char* domain, std::size_t domain_size, const std::uint8_t* key,
                 std::size_t key_size, const std::uint8_t* element, std::size_t element_size) {
  return with_writable(host, lent(domain, domain_size), LODGE_CONFIG_V1 " add in a persisted domain",
                       [&](NodeConfig& config, auto&) {
                         return config.add(lent(domain, domain_size), lent(key, key_size), lent(element, element_size));
                       });
}

std::int32_t update(const lodge_host* host, const char* domain, std::size_t domain_size, const std::uint8_t* key,
                    std::size_t key_size, lodge_update_fn fn, void* user) {
  if (fn == nullptr) return LODGE_INVALID_ARGUMENT;
  return with_writable(host, lent(domain, domain_size), LODGE_CONFIG_V1 " update in a persisted domain",
                       [&](NodeConfig& config, plugin::HostContext& context) {
                         return config.update(lent(domain, domain_size), lent(key, key_size),
                                              change_by(context, fn, user));
                       });
}

std::int32_t scan(const lodge_host* host, const char* domain, std::size_t domain_size, lodge_visit_fn fn, void* user) {
  if (fn == nullptr) return LODGE_INVALID_ARGUMENT;
  return with_config(host, [&](NodeConfig& config, auto&) {
    if (!plugin::may_wait(LODGE_CONFIG_V1 " scan")) return Code::FAILED_PRECONDITION;
    return config.scan(lent(domain, domain_size), visit_by(fn, user));
  });
}

std::int32_t watch(const lodge_host* host, const char* domain, std::size_t domain_size, const std::uint8_t* key,
                   std::size_t key_size, std::uint32_t mode, lodge_watch_fn fn, void* user, lodge_handle* watch) {
  if (mode > LODGE_WATCH_PREFIX || fn == nullptr || watch == nullptr) return LODGE_INVALID_ARGUMENT;
  return with_config(host, [&](NodeConfig& config, plugin::HostContext& context) {
    if (context.ending()) return Code::STALE;
    return config.watch(lent(domain, domain_size), lent(key, key_size), mode == LODGE_WATCH_PREFIX,
                        context.instance_owner(), tell_plugin(context, fn, user), *watch);
  });
}

std::int32_t unwatch(const lodge_host* host, lodge_handle watch) {
  return with_config(host, [&](NodeConfig& config, plugin::HostContext& context) {
    if (!plugin::may_wait(LODGE_CONFIG_V1 " unwatch")) return Code::FAILED_PRECONDITION;
    return config.unwatch(watch, context.instance_owner());
  });
}

}  // namespace

const lodge_config_v1 config_table{own, get, put, put_new, remove, increment, add, update, scan, watch, unwatch};

void offer_config(plugin::InterfaceRegistry& registry, NodeConfig& config) {
  registry.offer(plugin::Place::config, LODGE_CONFIG_V1, &config_table, &config);
}

}  // namespace lodge::names
