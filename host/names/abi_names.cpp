#include "names/abi_names.hpp"

#include <string>

#include "base/writer.hpp"
#include "names/border.hpp"

namespace lodge::names {

namespace {

/// Runs `operation(Names&, HostContext&)` for a live instance.
template <typename Operation>
std::int32_t with_names(const lodge_host* host, Operation&& operation) {
  const plugin::Entry in(host);
  if (!in.live()) return LODGE_STALE;
  return number_of(operation(in->state<Names>(plugin::Place::names), in.context()));
}

/// Runs `operation(Names&, Owner&)` for a live instance and an owner of its own; 0: the service.
template <typename Operation>
std::int32_t with_owner(const lodge_host* host, lodge_handle owner, Operation&& operation) {
  return with_names(host, [&](Names& names, plugin::HostContext& context) {
    const Names::OwnerPtr found = owner == 0 ? names.service_owner(context.service_owner(), context.service())
                                             : names.find_owner(context.instance_owner(), owner);
    return found == nullptr ? Code::STALE : operation(names, *found);
  });
}

lodge_name_entry entry_of(const Names::Entry& entry) {
  return {sizeof(lodge_name_entry), slice_of(entry.owner), slice_of(entry.value)};
}

std::int32_t open_owner(const lodge_host* host, const char* label, std::size_t label_size, lodge_handle* owner) {
  if (owner == nullptr) return LODGE_INVALID_ARGUMENT;
  return with_names(host, [&](Names& names, plugin::HostContext& context) {
    if (context.ending()) return Code::STALE;
    return names.open_owner(context.instance_owner(), context.service(), lent(label, label_size), *owner);
  });
}

std::int32_t close_owner(const lodge_host* host, lodge_handle owner) {
  return with_names(host, [&](Names& names, plugin::HostContext& context) {
    return names.close_owner(context.instance_owner(), owner);
  });
}

std::int32_t register_name(const lodge_host* host, lodge_handle owner, const std::uint8_t* name, std::size_t name_size,
                           const std::uint8_t* value, std::size_t value_size, lodge_writer* why) {
  return with_owner(host, owner, [&](Names& names, Owner& found) {
    std::string text;
    const Code code = names.register_name(found, lent(name, name_size), lent(value, value_size), &text);
    // A text that does not fit is left out: it helps, the code decides.
    if (why != nullptr) static_cast<void>(append(*why, view_of(text)));
    return code;
  });
}

std::int32_t unregister(const lodge_host* host, lodge_handle owner, const std::uint8_t* name, std::size_t name_size) {
  return with_owner(host, owner,
                    [&](Names& names, Owner& found) { return names.unregister(found, lent(name, name_size)); });
}

std::int32_t whereis(const lodge_host* host, const std::uint8_t* name, std::size_t name_size, lodge_name_visit_fn fn,
                     void* user) {
  if (fn == nullptr) return LODGE_INVALID_ARGUMENT;
  return with_names(host, [&](const Names& names, auto&) {
    return names.whereis(lent(name, name_size), [&](const Names::Entry& found) {
      const lodge_name_entry entry = entry_of(found);
      plugin::run_foreign([&] { fn(user, &entry); });
    });
  });
}

std::int32_t store(const lodge_host* host, lodge_handle owner, const std::uint8_t* name, std::size_t name_size,
                   const std::uint8_t* value, std::size_t value_size) {
  return with_owner(host, owner, [&](Names& names, Owner& found) {
    return names.store(found, lent(name, name_size), lent(value, value_size));
  });
}

std::int32_t unstore(const lodge_host* host, lodge_handle owner, const std::uint8_t* name, std::size_t name_size) {
  return with_owner(host, owner,
                    [&](Names& names, Owner& found) { return names.unstore(found, lent(name, name_size)); });
}

std::int32_t values(const lodge_host* host, const std::uint8_t* name, std::size_t name_size, const std::uint8_t* filter,
                    std::size_t filter_size, lodge_name_visit_fn fn, void* user) {
  if (fn == nullptr) return LODGE_INVALID_ARGUMENT;
  return with_names(host, [&](const Names& names, auto&) {
    if (!plugin::may_wait(LODGE_NAMES_V1 " values")) return Code::FAILED_PRECONDITION;
    return names.values(lent(name, name_size), lent(filter, filter_size), [&](const Names::Entry& found) {
      const lodge_name_entry entry = entry_of(found);
      return plugin::run_foreign([&] { return fn(user, &entry); }) == 0;
    });
  });
}

std::int32_t count(const lodge_host* host, const std::uint8_t* name, std::size_t name_size, const std::uint8_t* filter,
                   std::size_t filter_size, std::uint64_t* count) {
  if (count == nullptr) return LODGE_INVALID_ARGUMENT;
  return with_names(host, [&](const Names& names, auto&) {
    if (!plugin::may_wait(LODGE_NAMES_V1 " count")) return Code::FAILED_PRECONDITION;
    return names.count(lent(name, name_size), lent(filter, filter_size), *count);
  });
}

std::int32_t send(const lodge_host* host, const std::uint8_t* name, std::size_t name_size, const char* callback,
                  std::size_t callback_size, const std::uint8_t* args, std::size_t args_size, std::uint32_t arity) {
  return with_names(host, [&](const Names& names, auto&) {
    return names.send(lent(name, name_size), lent(callback, callback_size), lent(args, args_size), arity);
  });
}

std::int32_t watch(const lodge_host* host, std::uint32_t shared, const std::uint8_t* name, std::size_t name_size,
                   std::uint32_t mode, lodge_watch_fn fn, void* user, lodge_handle* watch) {
  if (shared > 1 || mode > LODGE_WATCH_PREFIX || fn == nullptr || watch == nullptr) return LODGE_INVALID_ARGUMENT;
  return with_names(host, [&](Names& names, plugin::HostContext& context) {
    if (context.ending()) return Code::STALE;
    return names.watch(shared == 0 ? Kind::unique : Kind::shared, lent(name, name_size), mode == LODGE_WATCH_PREFIX,
                       context.instance_owner(), tell_plugin(context, fn, user), *watch);
  });
}

std::int32_t unwatch(const lodge_host* host, lodge_handle watch) {
  return with_names(host, [&](Names& names, plugin::HostContext& context) {
    if (!plugin::may_wait(LODGE_NAMES_V1 " unwatch")) return Code::FAILED_PRECONDITION;
    return names.unwatch(watch, context.instance_owner());
  });
}

}  // namespace

const lodge_names_v1 names_table{open_owner, close_owner, register_name, unregister, whereis, store,
                                 unstore,    values,      count,         send,       watch,   unwatch};

void offer_names(plugin::InterfaceRegistry& registry, Names& names) {
  registry.offer(plugin::Place::names, LODGE_NAMES_V1, &names_table, &names);
}

}  // namespace lodge::names
