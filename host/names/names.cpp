#include "names/names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <tuple>
#include <utility>

#include "names/packed_value.hpp"

namespace lodge::names {

namespace {

TableEntry::Ptr entry_of(const HashedKey& name, const Holders* holders) {
  const void* address = holders;
  TableEntry::Ptr entry = TableEntry::make(name, sizeof address);
  if (entry) std::memcpy(entry->value_bytes(), &address, sizeof address);
  return entry;
}

Bytes watched_key(Kind kind, ByteView name) {
  Bytes key(1 + name.size());
  key[0] = static_cast<std::uint8_t>(kind);
  std::copy(name.begin(), name.end(), key.begin() + 1);
  return key;
}

bool begins_with(ByteView name, ByteView prefix) {
  return name.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), name.begin());
}

/// Whether the value is a map that holds each of the filter's keys with an equal value.
bool passes(const std::optional<wire::Value>& filter, ByteView packed) {
  if (!filter) return true;
  const Result<wire::Value> value = wire::Value::unpack(packed);
  if (!value || value->as_map() == nullptr) return false;
  return std::ranges::all_of(*filter->as_map(), [&](const auto& wanted) {
    return std::find(value->as_map()->begin(), value->as_map()->end(), wanted) != value->as_map()->end();
  });
}

}  // namespace

std::uint64_t UniqueValue::owner() const {
  std::uint64_t id = 0;
  std::memcpy(&id, bytes_.data(), sizeof id);
  return id;
}

TableEntry::Ptr UniqueValue::pack(const HashedKey& name, const Owner& owner, ByteView value) {
  const std::string& text = owner.text();
  TableEntry::Ptr entry = TableEntry::make(name, head + text.size() + value.size());
  if (!entry) return entry;
  std::uint8_t* at = entry->value_bytes();
  const std::uint64_t id = owner.id();
  std::memcpy(at, &id, sizeof id);
  at[sizeof id] = static_cast<std::uint8_t>(text.size());
  std::copy(value.begin(), value.end(), std::copy(text.begin(), text.end(), at + head));
  return entry;
}

Names::~Names() {
  for (ConcurrentTable::Cursor cursor; !cursor.done;) {
    shared_.step(cursor, [](const TableEntry& entry) { delete holders_of(entry); });
  }
}

bool Names::take_place(Owner& owner, std::string* why) {
  if (!owner.quota().take()) {
    if (why != nullptr) {
      *why = fmt::format(
          "this instance holds {} names, or the service itself does, the most that one may "
          "(limits.names_per_instance_max)",
          owner.quota().limit());
    }
    return false;
  }
  if (node_.take()) return true;
  owner.quota().give();
  if (why != nullptr)
    *why = fmt::format("the node holds {} names, the most that it may (limits.names_max)", node_.limit());
  return false;
}

void Names::give_place(Owner& owner) {
  owner.quota().give();
  node_.give();
}

void Names::publish(Kind kind, std::uint32_t what, ByteView name, ByteView value, WatchHub::Wake& wake) {
  if (hub_.any()) hub_.publish(what, watched_key(kind, name), value, wake);
}

Code Names::register_name(Owner& owner, ByteView name, ByteView value, std::string* why) {
  if (!possible(name) || !is_one_value(value)) return Code::INVALID_ARGUMENT;
  const HashedKey hashed = unique_.hashed(name);
  TableEntry::Ptr entry = UniqueValue::pack(hashed, owner, value);
  if (!entry) return Code::RESOURCE_EXHAUSTED;
  WatchHub::Wake wake;
  std::lock_guard lock(owner.mutex());
  if (owner.closed()) return Code::STALE;
  Locked at(unique_, hashed);
  if (at.present() != nullptr) {
    const UniqueValue present(at.present()->value());
    if (present.owner() != owner.id()) {
      if (why != nullptr) *why = present.owner_text();
      return Code::ALREADY_EXISTS;
    }
  } else {
    if (!take_place(owner, why)) return Code::RESOURCE_EXHAUSTED;
    owner.note(Kind::unique, name);
  }
  at.set(std::move(entry));
  publish(Kind::unique, LODGE_WATCH_PUT, name, value, wake);
  return Code::OK;
}

Code Names::give_back(Owner& owner, ByteView name, WatchHub::Wake& wake) {
  Locked at(unique_, unique_.hashed(name));
  if (at.present() == nullptr) return Code::NOT_FOUND;
  if (UniqueValue(at.present()->value()).owner() != owner.id()) return Code::PERMISSION_DENIED;
  at.erase();
  give_place(owner);
  publish(Kind::unique, LODGE_WATCH_GONE, name, {}, wake);
  return Code::OK;
}

Code Names::unregister(Owner& owner, ByteView name) {
  if (!possible(name)) return Code::INVALID_ARGUMENT;
  WatchHub::Wake wake;
  std::lock_guard lock(owner.mutex());
  if (owner.closed()) return Code::STALE;
  const Code code = give_back(owner, name, wake);
  if (code == Code::OK) {
    owner.forget_one();
    tidy(owner);
  }
  return code;
}

Code Names::send(ByteView name, std::string_view callback, ByteView args, std::uint32_t arity) const {
  const std::optional<wire::PackedValues> values = wire::PackedValues::check(args, arity);
  if (!values) return Code::INVALID_ARGUMENT;
  std::string service;
  const Code code = whereis(name, [&](const Entry& entry) { service = entry.owner.substr(0, entry.owner.find('/')); });
  if (code != Code::OK) return code;
  if (deliver_ == nullptr) return Code::UNAVAILABLE;
  const Status sent = deliver_->send(service, callback, *values);
  return sent ? Code::OK : sent.error().code;
}

Code Names::store(Owner& owner, ByteView name, ByteView value) {
  if (!possible(name) || !is_one_value(value)) return Code::INVALID_ARGUMENT;
  const HashedKey hashed = shared_.hashed(name);
  WatchHub::Wake wake;
  std::lock_guard lock(owner.mutex());
  if (owner.closed()) return Code::STALE;
  Locked at(shared_, hashed);
  Holders* holders = at.present() != nullptr ? holders_of(*at.present()) : nullptr;
  const bool holds = holders != nullptr && holders->holds(owner.id());
  if (!holds && !take_place(owner)) return Code::RESOURCE_EXHAUSTED;
  if (holders != nullptr) {
    holders->set(owner.id(), owner.text(), value);
  } else {
    auto made = std::make_unique<Holders>();
    made->set(owner.id(), owner.text(), value);
    TableEntry::Ptr entry = entry_of(hashed, made.get());
    if (!entry) {
      give_place(owner);
      return Code::RESOURCE_EXHAUSTED;
    }
    at.set(std::move(entry));
    static_cast<void>(made.release());
  }
  if (!holds) owner.note(Kind::shared, name);
  publish(Kind::shared, LODGE_WATCH_PUT, name, value, wake);
  return Code::OK;
}

Code Names::unstore_locked(Owner& owner, ByteView name, WatchHub::Wake& wake) {
  Locked at(shared_, shared_.hashed(name));
  if (at.present() == nullptr) return Code::NOT_FOUND;
  Holders* holders = holders_of(*at.present());
  if (!holders->erase(owner.id())) return Code::NOT_FOUND;
  give_place(owner);
  if (holders->empty()) {
    at.erase();
    epoch::retire(holders, &Holders::free, sizeof(Holders));
  }
  publish(Kind::shared, LODGE_WATCH_GONE, name, {}, wake);
  return Code::OK;
}

Code Names::unstore(Owner& owner, ByteView name) {
  if (!possible(name)) return Code::INVALID_ARGUMENT;
  WatchHub::Wake wake;
  std::lock_guard lock(owner.mutex());
  if (owner.closed()) return Code::STALE;
  const Code code = unstore_locked(owner, name, wake);
  if (code == Code::OK) {
    owner.forget_one();
    tidy(owner);
  }
  return code;
}

Result<Names::Filter> Names::filter_from(ByteView packed) {
  if (packed.empty()) return Filter{};
  Result<wire::Value> value = wire::Value::unpack(packed);
  if (!value) return std::move(value).error();
  if (value->as_map() == nullptr) return Error{Code::INVALID_ARGUMENT, "a filter of names is a map"};
  return Filter{std::move(value).value()};
}

Code Names::values(ByteView name, ByteView filter, const Visit& visit) const {
  if (!possible(name)) return Code::INVALID_ARGUMENT;
  const Result<Filter> wanted = filter_from(filter);
  if (!wanted) return Code::INVALID_ARGUMENT;
  std::vector<std::pair<std::string, Bytes>> copied;
  shared_.read(shared_.hashed(name), [&](const TableEntry& entry) {
    holders_of(entry)->each([&](const Holders::Holder& each) { copied.emplace_back(each.owner_text, each.value); });
  });
  for (const auto& [owner, value] : copied) {
    if (passes(*wanted, value) && !visit({owner, value})) break;
  }
  return Code::OK;
}

Code Names::count(ByteView name, ByteView filter, std::uint64_t& count) const {
  count = 0;
  if (!filter.empty()) {
    return values(name, filter, [&](const Entry&) {
      ++count;
      return true;
    });
  }
  if (!possible(name)) return Code::INVALID_ARGUMENT;
  shared_.read(shared_.hashed(name), [&](const TableEntry& entry) { count = holders_of(entry)->count(); });
  return Code::OK;
}

Code Names::watch(Kind kind, ByteView name, bool prefix, std::uint64_t instance, WatchHub::Tell tell,
                  lodge_handle& watch) {
  if (name.size() > name_bytes_max || (name.empty() && !prefix)) return Code::INVALID_ARGUMENT;
  watch = hub_.add(watched_key(kind, name), prefix, instance, [tell = std::move(tell)](const lodge_watch_event& event) {
    lodge_watch_event within = event;
    if (event.what != LODGE_WATCH_LOST) within.key = slice_of(view_of(event.key).subspan(1));
    tell(within);
  });
  return watch != 0 ? Code::OK : Code::RESOURCE_EXHAUSTED;
}

std::vector<Names::Listed> Names::list(ByteView prefix, std::size_t limit) const {
  std::vector<Listed> out;
  const auto before = [](const Listed& a, const Listed& b) {
    return std::tie(a.kind, a.name, a.owner) < std::tie(b.kind, b.name, b.owner);
  };
  // A heap of the `limit` first ones so far: memory for what is asked, not for all there is.
  const auto keep = [&](Kind kind, ByteView name, std::string_view owner, ByteView value) {
    if (!begins_with(name, prefix)) return;
    out.push_back({kind, std::string(text_of(name)), std::string(owner), copy_of(value)});
    std::push_heap(out.begin(), out.end(), before);
    if (out.size() <= limit) return;
    std::pop_heap(out.begin(), out.end(), before);
    out.pop_back();
  };
  for (ConcurrentTable::Cursor cursor; !cursor.done;) {
    unique_.step(cursor, [&](const TableEntry& entry) {
      const UniqueValue value(entry.value());
      keep(Kind::unique, entry.key(), value.owner_text(), value.value());
    });
  }
  for (ConcurrentTable::Cursor cursor; !cursor.done;) {
    shared_.step(cursor, [&](const TableEntry& entry) {
      holders_of(entry)->each(
          [&](const Holders::Holder& each) { keep(Kind::shared, entry.key(), each.owner_text, each.value); });
    });
  }
  std::sort_heap(out.begin(), out.end(), before);
  return out;
}

}  // namespace lodge::names
