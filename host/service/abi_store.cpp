#include "service/abi_store.hpp"

#include "base/writer.hpp"
#include "names/border.hpp"
#include "service/instance_context.hpp"
#include "service/store.hpp"

namespace lodge::service {

namespace {

using names::lent;
using names::number_of;

/// Runs `operation(Store&, InstanceContext&)` for a live instance.
template <typename Operation>
std::int32_t with_store(const lodge_host* host, Operation&& operation) {
  const plugin::Entry in(host);
  if (!in.live()) return LODGE_STALE;
  auto& context = static_cast<InstanceContext&>(in.context());
  return number_of(operation(*context.store, context));
}

/// The same for what is counted.
template <typename Operation>
std::int32_t counted(const lodge_host* host, StoreOperation kind, Operation&& operation) {
  return with_store(host, [&](Store& store, InstanceContext& context) {
    return store.metrics().count(kind, [&] { return operation(store, context); });
  });
}

std::int32_t get(const lodge_host* host, const std::uint8_t* key, std::size_t key_size, lodge_writer* value) {
  return counted(host, StoreOperation::get,
                 [&](Store& store, auto&) { return store.get(lent(key, key_size), *value); });
}

std::int32_t put(const lodge_host* host, const std::uint8_t* key, std::size_t key_size, const std::uint8_t* value,
                 std::size_t value_size, std::uint64_t ttl_ms) {
  return counted(host, StoreOperation::put,
                 [&](Store& store, auto&) { return store.put(lent(key, key_size), lent(value, value_size), ttl_ms); });
}

std::int32_t put_new(const lodge_host* host, const std::uint8_t* key, std::size_t key_size, const std::uint8_t* value,
                     std::size_t value_size, std::uint64_t ttl_ms) {
  return counted(host, StoreOperation::put_new, [&](Store& store, auto&) {
    return store.put_new(lent(key, key_size), lent(value, value_size), ttl_ms);
  });
}

std::int32_t remove(const lodge_host* host, const std::uint8_t* key, std::size_t key_size) {
  return counted(host, StoreOperation::remove, [&](Store& store, auto&) { return store.remove(lent(key, key_size)); });
}

std::int32_t take(const lodge_host* host, const std::uint8_t* key, std::size_t key_size, lodge_writer* value) {
  return counted(host, StoreOperation::take,
                 [&](Store& store, auto&) { return store.take(lent(key, key_size), *value); });
}

std::int32_t compare_and_put(const lodge_host* host, const std::uint8_t* key, std::size_t key_size,
                             const lodge_slice* expected, const std::uint8_t* value, std::size_t value_size) {
  return counted(host, StoreOperation::compare_and_put, [&](Store& store, auto&) {
    const ByteView wanted = expected == nullptr ? ByteView{} : view_of(*expected);
    return store.compare_and_put(lent(key, key_size), expected == nullptr ? nullptr : &wanted, lent(value, value_size));
  });
}

std::int32_t increment(const lodge_host* host, const std::uint8_t* key, std::size_t key_size, std::int64_t by,
                       std::int64_t* result) {
  return counted(host, StoreOperation::increment,
                 [&](Store& store, auto&) { return store.increment(lent(key, key_size), by, result); });
}

std::int32_t append(const lodge_host* host, const std::uint8_t* key, std::size_t key_size, const std::uint8_t* bytes,
                    std::size_t byte_count, std::size_t* size) {
  return counted(host, StoreOperation::append,
                 [&](Store& store, auto&) { return store.append(lent(key, key_size), lent(bytes, byte_count), size); });
}

std::int32_t update(const lodge_host* host, const std::uint8_t* key, std::size_t key_size, lodge_update_fn fn,
                    void* user) {
  if (fn == nullptr) return LODGE_INVALID_ARGUMENT;
  return counted(host, StoreOperation::update, [&](Store& store, InstanceContext& context) {
    return store.update(lent(key, key_size), names::change_by(context, fn, user));
  });
}

std::int32_t scan(const lodge_host* host, const std::uint8_t* prefix, std::size_t prefix_size, lodge_visit_fn fn,
                  void* user) {
  if (fn == nullptr) return LODGE_INVALID_ARGUMENT;
  return counted(host, StoreOperation::scan, [&](Store& store, auto&) {
    if (!plugin::may_wait(LODGE_STORE_V1 " scan")) return Code::FAILED_PRECONDITION;
    store.scan(lent(prefix, prefix_size), names::visit_by(fn, user));
    return Code::OK;
  });
}

std::int32_t size(const lodge_host* host, std::uint64_t* entries, std::uint64_t* bytes) {
  return with_store(host, [&](Store& store, auto&) {
    if (entries != nullptr) *entries = store.entries();
    if (bytes != nullptr) *bytes = store.bytes();
    return Code::OK;
  });
}

std::int32_t watch(const lodge_host* host, const std::uint8_t* key, std::size_t key_size, std::uint32_t mode,
                   lodge_watch_fn fn, void* user, lodge_handle* watch) {
  return with_store(host, [&](Store& store, InstanceContext& context) {
    if (context.ending()) return Code::STALE;
    if (mode > LODGE_WATCH_PREFIX || fn == nullptr || watch == nullptr) return Code::INVALID_ARGUMENT;
    const ByteView wanted = lent(key, key_size);
    const bool prefix = mode == LODGE_WATCH_PREFIX;
    if (wanted.size() > Store::key_bytes_max || (wanted.empty() && !prefix)) return Code::INVALID_ARGUMENT;
    *watch = store.watches().add(wanted, prefix, context.instance_owner(), names::tell_plugin(context, fn, user));
    return *watch != 0 ? Code::OK : Code::RESOURCE_EXHAUSTED;
  });
}

std::int32_t unwatch(const lodge_host* host, lodge_handle watch) {
  return with_store(host, [&](Store& store, InstanceContext& context) {
    if (!plugin::may_wait(LODGE_STORE_V1 " unwatch")) return Code::FAILED_PRECONDITION;
    return store.watches().remove(watch, context.instance_owner());
  });
}

}  // namespace

const lodge_store_v1 store_table{get,    put,    put_new, remove, take,  compare_and_put, increment,
                                 append, update, scan,    size,   watch, unwatch};

void offer_store(plugin::InterfaceRegistry& registry) {
  registry.offer(plugin::Place::store, LODGE_STORE_V1, &store_table, nullptr);
}

}  // namespace lodge::service
