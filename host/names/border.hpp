// Crossing the border to plugins: what the tables of stores, names and node configuration share.
#pragma once

#include <lodge/store.h>

#include "base/log.hpp"
#include "base/value_table.hpp"
#include "plugin/foreign_code.hpp"
#include "plugin/host_context.hpp"
#include "plugin/thread_tags.hpp"

namespace lodge::names {

/// Tells a plugin's function, as a visit to the instance; nothing once the instance is gone.
[[nodiscard]] inline WatchHub::Tell tell_plugin(plugin::HostContext& context, lodge_watch_fn fn, void* user) {
  return [&context, fn, user](const lodge_watch_event& event) {
    const plugin::Visit visit(context, "watch");
    if (visit.live()) plugin::run_foreign([&] { fn(user, &event); });
  };
}

/// The number that crosses the border.
[[nodiscard]] inline std::int32_t number_of(Code code) { return static_cast<std::int32_t>(code); }

/// What a plugin lends; nothing where it lends no memory, whatever size it says.
[[nodiscard]] inline ByteView lent(const std::uint8_t* data, std::size_t size) {
  return data == nullptr ? ByteView{} : ByteView(data, size);
}

[[nodiscard]] inline std::string_view lent(const char* text, std::size_t size) {
  return text == nullptr ? std::string_view{} : std::string_view(text, size);
}

/// A plugin's function as the change of an update.
[[nodiscard]] inline ValueTable::Change change_by(const plugin::HostContext& context, lodge_update_fn fn, void* user) {
  return [&context, fn, user](const ByteView* present, Writer& out) {
    const lodge_slice before = present == nullptr ? lodge_slice{} : slice_of(*present);
    const std::int32_t code =
        plugin::run_foreign([&] { return fn(user, present == nullptr ? nullptr : &before, &out); });
    if (out.intact()) return code_from(code);
    log::misbehaved(context.plugin(), "the function of an update wrote past its buffer's capacity, or over its fields");
    return Code::INTERNAL;
  };
}

/// A plugin's function as the visitor of a scan.
[[nodiscard]] inline ValueTable::Visit visit_by(lodge_visit_fn fn, void* user) {
  return [fn, user](ByteView key, ByteView value) {
    const lodge_slice key_slice = slice_of(key);
    const lodge_slice value_slice = slice_of(value);
    return plugin::run_foreign([&] { return fn(user, &key_slice, &value_slice); }) == 0;
  };
}

}  // namespace lodge::names
