#include "base/value_table.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <vector>

#include "base/packed_int.hpp"
#include "base/writer.hpp"

namespace lodge {

namespace {

/// Makes room for `size` more bytes. Never called with a pin or a lock: the writer may be a plugin's.
bool make_room(lodge_writer& writer, std::size_t size) {
  return writer.capacity - writer.size >= size ||
         (writer.reserve(&writer, size) == LODGE_OK && writer.capacity - writer.size >= size);
}

/// False: no room, nothing copied.
bool copy_into(lodge_writer& writer, ByteView bytes) {
  if (bytes.size() > writer.capacity - writer.size) return false;
  if (!bytes.empty()) std::memcpy(writer.data + writer.size, bytes.data(), bytes.size());
  writer.size += bytes.size();
  return true;
}

bool begins_with(ByteView key, ByteView prefix) {
  return key.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), key.begin());
}

}  // namespace

Code ValueTable::get(ByteView key, lodge_writer& value) const {
  if (!fits(key, 0)) return Code::INVALID_ARGUMENT;
  const HashedKey hashed = table_.hashed(key);
  for (;;) {
    std::size_t wanted = 0;
    bool found = false;
    table_.read(hashed, [&](const TableEntry& entry) {
      if (!live(entry)) return;
      found = true;
      if (!copy_into(value, entry.value())) wanted = entry.value().size();
    });
    if (!found) return Code::NOT_FOUND;
    if (wanted == 0) return Code::OK;
    if (!make_room(value, wanted)) return Code::RESOURCE_EXHAUSTED;
  }
}

MonotonicNs ValueTable::expiry(std::uint64_t ttl_ms) const {
  if (ttl_ms == 0) return no_deadline;
  const MonotonicNs now = clock_.now();
  const auto left_ms = static_cast<std::uint64_t>(no_deadline - now) / 1'000'000;
  return ttl_ms >= left_ms ? no_deadline : now + static_cast<MonotonicNs>(ttl_ms) * 1'000'000;
}

bool ValueTable::reserve(std::uint64_t before, std::uint64_t after) {
  if (after <= before) {
    if (after < before) bytes_.fetch_sub(before - after, std::memory_order_relaxed);
    return true;
  }
  const std::uint64_t more = after - before;
  std::uint64_t used = bytes_.load(std::memory_order_relaxed);
  do {
    if (more > limits_.bytes_max || used > limits_.bytes_max - more) return false;
  } while (!bytes_.compare_exchange_weak(used, used + more, std::memory_order_relaxed));
  return true;
}

template <typename Operation>
Code ValueTable::write(const HashedKey& key, Operation&& operation) {
  for (bool retried = false;; retried = true) {
    Code code = Code::OK;
    {
      WatchHub::Wake wake;
      Locked at(table_, key);
      at.purge_nearby([&](const TableEntry& entry) { return !live(entry); },
                      [&](const TableEntry& entry) {
                        static_cast<void>(reserve(cost(&entry), 0));
                        hub_.publish(LODGE_WATCH_GONE, entry.key(), {}, wake);
                      });
      code = operation(at, wake);
    }
    if (code != Code::RESOURCE_EXHAUSTED) return code;
    if (retried || !purge_all()) {
      note_refused();
      return code;
    }
  }
}

Code ValueTable::replace(Locked& at, TableEntry::Ptr& entry, WatchHub::Wake& wake) {
  if (!entry) return Code::RESOURCE_EXHAUSTED;
  if (at.present() == nullptr && table_.size() >= limits_.entries_max) return Code::RESOURCE_EXHAUSTED;
  if (!reserve(cost(at.present()), cost(entry.get()))) return Code::RESOURCE_EXHAUSTED;
  publish(at, std::move(entry), wake);
  return Code::OK;
}

void ValueTable::publish(Locked& at, TableEntry::Ptr entry, WatchHub::Wake& wake) {
  if (entry->timed()) note_expiry(entry->expires());
  at.set(std::move(entry));
  // Only now: a watcher that is awake already and reads again must find the change.
  hub_.publish(LODGE_WATCH_PUT, at.present()->key(), at.present()->value(), wake);
}

TableEntry::Ptr ValueTable::entry_of(ByteView key, ByteView value) const {
  return fits(key, value.size()) ? TableEntry::make(table_.hashed(key), value) : nullptr;
}

void ValueTable::set(TableEntry::Ptr entry) {
  const HashedKey hashed = table_.hashed(entry->key());
  static_cast<void>(write(hashed, [&](Locked& at, WatchHub::Wake& wake) {
    bytes_.fetch_add(cost(entry.get()) - cost(at.present()), std::memory_order_relaxed);
    publish(at, std::move(entry), wake);
    return Code::OK;
  }));
}

Code ValueTable::replace(Locked& at, const HashedKey& key, ByteView value, WatchHub::Wake& wake) {
  const TableEntry* present = live(at);
  TableEntry::Ptr entry = TableEntry::make(key, value, present != nullptr ? present->expires() : no_deadline);
  return replace(at, entry, wake);
}

void ValueTable::erase(Locked& at, WatchHub::Wake& wake) {
  const TableEntry& gone = *at.present();
  static_cast<void>(reserve(cost(&gone), 0));
  at.erase();
  hub_.publish(LODGE_WATCH_GONE, gone.key(), {}, wake);
}

Code ValueTable::put(ByteView key, ByteView value, std::uint64_t ttl_ms, bool only_new) {
  if (!fits(key, value.size())) return Code::INVALID_ARGUMENT;
  const HashedKey hashed = table_.hashed(key);
  table_.prefetch(hashed);
  // Made before the lock is taken: under it, only pointers change.
  TableEntry::Ptr entry = TableEntry::make(hashed, value, expiry(ttl_ms));
  return write(hashed, [&](Locked& at, WatchHub::Wake& wake) {
    if (only_new && live(at) != nullptr) return Code::ALREADY_EXISTS;
    return replace(at, entry, wake);
  });
}

Code ValueTable::put(ByteView key, ByteView value, std::uint64_t ttl_ms) { return put(key, value, ttl_ms, false); }

Code ValueTable::put_new(ByteView key, ByteView value, std::uint64_t ttl_ms) { return put(key, value, ttl_ms, true); }

Code ValueTable::remove(ByteView key) {
  if (!fits(key, 0)) return Code::INVALID_ARGUMENT;
  return write(table_.hashed(key), [&](Locked& at, WatchHub::Wake& wake) {
    const bool there = live(at) != nullptr;
    if (at.present() != nullptr) erase(at, wake);
    return there ? Code::OK : Code::NOT_FOUND;
  });
}

Code ValueTable::take(ByteView key, lodge_writer& value) {
  if (!fits(key, 0)) return Code::INVALID_ARGUMENT;
  const HashedKey hashed = table_.hashed(key);
  for (;;) {
    std::size_t wanted = 0;
    const Code code = write(hashed, [&](Locked& at, WatchHub::Wake& wake) {
      const TableEntry* present = live(at);
      if (present == nullptr) return Code::NOT_FOUND;
      if (copy_into(value, present->value())) {
        erase(at, wake);
      } else {
        wanted = present->value().size();
      }
      return Code::OK;
    });
    if (wanted == 0) return code;
    if (!make_room(value, wanted)) return Code::RESOURCE_EXHAUSTED;
  }
}

Code ValueTable::compare_and_put(ByteView key, const ByteView* expected, ByteView value) {
  if (!fits(key, value.size())) return Code::INVALID_ARGUMENT;
  const HashedKey hashed = table_.hashed(key);
  return write(hashed, [&](Locked& at, WatchHub::Wake& wake) {
    const TableEntry* present = live(at);
    if ((present != nullptr) != (expected != nullptr)) return Code::ABORTED;
    if (present != nullptr && !std::ranges::equal(present->value(), *expected)) return Code::ABORTED;
    return replace(at, hashed, value, wake);
  });
}

Code ValueTable::increment(ByteView key, std::int64_t by, std::int64_t* result) {
  if (!fits(key, 0)) return Code::INVALID_ARGUMENT;
  const HashedKey hashed = table_.hashed(key);
  return write(hashed, [&](Locked& at, WatchHub::Wake& wake) {
    const TableEntry* present = live(at);
    const std::optional<std::int64_t> before = present == nullptr ? 0 : unpack_int(present->value());
    if (!before) return Code::INVALID_ARGUMENT;
    std::int64_t sum = 0;
    if (__builtin_add_overflow(*before, by, &sum)) return Code::OUT_OF_RANGE;
    const Code code = replace(at, hashed, PackedInt(sum).view(), wake);
    if (code == Code::OK && result != nullptr) *result = sum;
    return code;
  });
}

Code ValueTable::append(ByteView key, ByteView bytes, std::size_t* size) {
  if (!fits(key, bytes.size())) return Code::INVALID_ARGUMENT;
  const HashedKey hashed = table_.hashed(key);
  return write(hashed, [&](Locked& at, WatchHub::Wake& wake) {
    const TableEntry* present = live(at);
    const ByteView before = present == nullptr ? ByteView{} : present->value();
    const std::size_t sum = before.size() + bytes.size();
    if (!fits(key, sum)) return Code::INVALID_ARGUMENT;
    TableEntry::Ptr entry = TableEntry::make(hashed, sum, present == nullptr ? no_deadline : present->expires());
    if (!entry) return Code::RESOURCE_EXHAUSTED;
    if (!before.empty()) std::memcpy(entry->value_bytes(), before.data(), before.size());
    if (!bytes.empty()) std::memcpy(entry->value_bytes() + before.size(), bytes.data(), bytes.size());
    const Code code = replace(at, entry, wake);
    if (code == Code::OK && size != nullptr) *size = sum;
    return code;
  });
}

Code ValueTable::update(ByteView key, const Change& change) {
  return update(key, change,
                [&](const ByteView* expected, ByteView value) { return compare_and_put(key, expected, value); });
}

Code ValueTable::update(ByteView key, const Change& change, const CompareAndPut& put) const {
  if (!fits(key, 0)) return Code::INVALID_ARGUMENT;
  Writer before(limits_.value_bytes_max);
  Writer after(limits_.value_bytes_max);
  for (int race = 0; race < races_max; ++race) {
    before.clear();
    after.clear();
    const Code got = get(key, before);
    if (got != Code::OK && got != Code::NOT_FOUND) return got;
    const ByteView seen = before.view();
    const ByteView* present = got == Code::OK ? &seen : nullptr;
    if (const Code refused = change(present, after); refused != Code::OK) return refused;
    if (const Code code = put(present, after.view()); code != Code::ABORTED) return code;
  }
  return Code::ABORTED;
}

void ValueTable::scan(ByteView prefix, const Visit& visit) const {
  scan_timed(prefix, [&](ByteView key, ByteView value, MonotonicNs) { return visit(key, value); });
}

void ValueTable::scan_timed(ByteView prefix, const VisitTimed& visit) const {
  struct Copied {
    std::size_t begin;
    std::size_t key_size;
    std::size_t value_size;
    MonotonicNs expires;
  };
  Bytes bytes;
  std::vector<Copied> copied;
  for (ConcurrentTable::Cursor cursor; !cursor.done;) {
    bytes.clear();
    copied.clear();
    table_.step(cursor, [&](const TableEntry& entry) {
      if (!begins_with(entry.key(), prefix) || !live(entry)) return;
      copied.push_back({bytes.size(), entry.key().size(), entry.value().size(), entry.expires()});
      bytes.insert(bytes.end(), entry.key().begin(), entry.key().end());
      bytes.insert(bytes.end(), entry.value().begin(), entry.value().end());
    });
    for (const Copied& each : copied) {
      const ByteView key(bytes.data() + each.begin, each.key_size);
      if (!visit(key, {key.data() + key.size(), each.value_size}, each.expires)) return;
    }
  }
}

void ValueTable::note_expiry(MonotonicNs expires) {
  MonotonicNs seen = next_expiry_.load(std::memory_order_relaxed);
  while (expires < seen && !next_expiry_.compare_exchange_weak(seen, expires, std::memory_order_relaxed)) {
  }
}

void ValueTable::purge_step(ConcurrentTable::Cursor& cursor) {
  WatchHub::Wake wake;
  table_.purge_step(
      cursor,
      [&](const TableEntry& entry) {
        if (!live(entry)) return true;
        if (entry.timed()) note_expiry(entry.expires());
        return false;
      },
      [&](const TableEntry& entry) {
        static_cast<void>(reserve(cost(&entry), 0));
        hub_.publish(LODGE_WATCH_GONE, entry.key(), {}, wake);
      });
}

bool ValueTable::purge_all() {
  if (table_.timed() == 0 || clock_.now() < next_expiry_.load(std::memory_order_relaxed)) return false;
  // Entries that stay, or come meanwhile, note their expiry again: the earliest of them is known at the end.
  next_expiry_.store(no_deadline, std::memory_order_relaxed);
  for (ConcurrentTable::Cursor cursor; !cursor.done;) purge_step(cursor);
  return true;
}

void ValueTable::sweep() {
  if (table_.timed() == 0 || clock_.now() < next_expiry_.load(std::memory_order_relaxed)) return;
  const std::unique_lock lock(sweeping_, std::try_to_lock);
  if (!lock.owns_lock()) return;
  for (int i = 0; i < buckets_per_sweep; ++i) {
    purge_step(swept_);
    if (swept_.done) swept_ = {};
  }
}

std::uint64_t ValueTable::entries() {
  sweep();
  return table_.size();
}

std::uint64_t ValueTable::bytes() {
  sweep();
  return bytes_.load(std::memory_order_relaxed);
}

}  // namespace lodge
