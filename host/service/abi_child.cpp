#include "service/abi_child.hpp"

#include <algorithm>
#include <utility>

#include "base/utf8.hpp"
#include "base/writer.hpp"
#include "plugin/foreign_code.hpp"
#include "plugin/lent_struct.hpp"
#include "plugin/thread_tags.hpp"

namespace lodge::service {

PluginChildren::GroupPtr PluginChildren::group_of(plugin::HostContext& instance) {
  std::lock_guard lock(mutex_);
  GroupPtr& group = groups_[instance.instance_owner()];
  if (!group) group = std::make_shared<ChildGroup>(ground_, instance);
  return group;
}

PluginChildren::GroupPtr PluginChildren::find(std::uint64_t instance_owner) const {
  std::lock_guard lock(mutex_);
  const auto found = groups_.find(instance_owner);
  return found != groups_.end() ? found->second : nullptr;
}

std::optional<ChildRef> PluginChildren::find(const plugin::HostContext& instance, lodge_handle handle, bool run) const {
  std::optional<ChildRef> found = handles_.find(handle);
  if (!found || found->run != run || &found->group->instance() != &instance) return std::nullopt;
  return found;
}

Result<lodge_handle> PluginChildren::start(plugin::HostContext& instance, const lodge_child& spec) {
  return group_of(instance)->start(spec);
}

Code PluginChildren::stop(const plugin::HostContext& instance, lodge_handle child) {
  const std::optional<ChildRef> found = find(instance, child, false);
  if (!found) return Code::STALE;
  found->group->stop(found->child);
  return Code::OK;
}

Code PluginChildren::exit(const plugin::HostContext& instance, lodge_handle run, Error how) {
  const std::optional<ChildRef> found = find(instance, run, true);
  // Of many that tell the same end one is heard.
  if (!found || !handles_.remove(run)) return Code::STALE;
  found->group->ended(found->child, run, std::move(how));
  return Code::OK;
}

void PluginChildren::supervise(plugin::HostContext& instance, const Supervisor::Policy& policy) {
  group_of(instance)->supervise(policy);
}

std::vector<ChildFacts> PluginChildren::list(std::uint64_t instance_owner) const {
  const GroupPtr group = find(instance_owner);
  return group ? group->list() : std::vector<ChildFacts>();
}

void PluginChildren::rest(plugin::HostContext& instance) { group_of(instance)->rest(); }

void PluginChildren::resume(plugin::HostContext& instance) { group_of(instance)->resume(); }

void PluginChildren::close(plugin::HostContext& instance) { group_of(instance)->close(); }

void PluginChildren::end(plugin::HostContext& instance) { group_of(instance)->end(); }

std::optional<PluginChildren::Running> PluginChildren::running() const {
  std::lock_guard lock(mutex_);
  for (const auto& [owner, group] : groups_) {
    if (std::optional<std::string> what = group->running()) return Running{group->instance(), *std::move(what)};
  }
  return std::nullopt;
}

// Of instances whose start failed half way, too.
void PluginChildren::instance_stopped(std::uint64_t instance_owner) {
  if (const GroupPtr group = find(instance_owner)) group->end();
}

void PluginChildren::instance_ended(std::uint64_t instance_owner) {
  std::lock_guard lock(mutex_);
  groups_.erase(instance_owner);
}

namespace {

using plugin::Entry;
using plugin::Place;

constexpr std::size_t name_bytes_max = 64;
constexpr std::size_t message_bytes_max = 1024;
constexpr std::uint32_t restarts_max = 10'000;
constexpr std::int64_t period_min_ns = 1'000'000;
constexpr std::int64_t period_max_ns = 3'600'000'000'000;

PluginChildren& children_of(const Entry& entry) { return entry->state<PluginChildren>(Place::child); }

bool lends(const lodge_slice& slice) { return slice.size == 0 || slice.data != nullptr; }

// What is wrong with it; nullptr: nothing.
const char* fault_of(const lodge_child* spec) {
  if (spec == nullptr) return "there is no lodge_child";
  if (spec->struct_size < sizeof *spec || spec->struct_size > plugin::struct_bytes_max) {
    return "struct_size is not sizeof(lodge_child)";
  }
  if (!plugin::tail_is_zero(spec, spec->struct_size, sizeof *spec)) {
    return "it is of a later SDK and asks for what this host does not know";
  }
  if (!lends(spec->name) || spec->name.size == 0 || spec->name.size > name_bytes_max || !is_utf8(text_of(spec->name))) {
    return "a child's name has 1 to 64 bytes of UTF-8";
  }
  if (spec->restart > LODGE_CHILD_TEMPORARY) return "restart is none of LODGE_CHILD_...";
  if (spec->reserved != 0) return "reserved is not 0";
  if (spec->start == nullptr || spec->stop == nullptr) return "start or stop is NULL";
  if (!lends(spec->unique_name) || !lends(spec->unique_value)) return "unique_name or unique_value is NULL";
  return nullptr;
}

std::int32_t start(const lodge_host* host, const lodge_child* spec, lodge_writer* error, lodge_handle* child) {
  const Entry entry(host);
  if (!entry.begins()) return LODGE_STALE;
  if (!plugin::may_wait(LODGE_CHILD_V1 " start")) return LODGE_FAILED_PRECONDITION;
  if (const char* const fault = fault_of(spec)) return write_error(error, Code::INVALID_ARGUMENT, fault);
  if (child == nullptr) {
    return write_error(error, Code::INVALID_ARGUMENT, "there is no place for the child's handle");
  }
  if (!InstanceContext::from(host).starts.load(std::memory_order_acquire)) {
    return write_error(error, Code::FAILED_PRECONDITION, "children are started from the `start` hook on");
  }
  const Result<lodge_handle> started = children_of(entry).start(entry.context(), *spec);
  if (!started) return write_error(error, started.error());
  *child = *started;
  return LODGE_OK;
}

std::int32_t stop(const lodge_host* host, lodge_handle child) {
  const Entry entry(host);
  if (!entry.live()) return LODGE_STALE;
  return static_cast<std::int32_t>(children_of(entry).stop(entry.context(), child));
}

std::int32_t exit(const lodge_host* host, lodge_handle run, std::int32_t code, const char* message,
                  std::size_t message_size) {
  const Entry entry(host);
  if (!entry.live()) return LODGE_STALE;
  const std::string_view said(message != nullptr ? message : "", message != nullptr ? message_size : 0);
  // Whatever is wrong with how it is told: the child has ended.
  Error how{code_from(code), escape_for_terminal(said.substr(0, message_bytes_max)), Executed::yes};
  if (how.message.empty()) how.message = code == LODGE_OK ? "it ended" : "it ended without saying why";
  return static_cast<std::int32_t>(children_of(entry).exit(entry.context(), run, std::move(how)));
}

std::int32_t supervise(const lodge_host* host, std::uint32_t strategy, std::uint32_t restarts, std::int64_t period_ns) {
  const Entry entry(host);
  if (!entry.begins()) return LODGE_STALE;
  if (strategy > LODGE_ONE_FOR_ALL || restarts > restarts_max || period_ns < period_min_ns ||
      period_ns > period_max_ns) {
    return LODGE_INVALID_ARGUMENT;
  }
  children_of(entry).supervise(
      entry.context(),
      {.strategy = Strategy{static_cast<std::uint8_t>(strategy)}, .restarts_max = restarts, .period_ns = period_ns});
  return LODGE_OK;
}

std::int32_t list(const lodge_host* host, lodge_child_visit_fn fn, void* user) {
  const Entry entry(host);
  if (!entry.live()) return LODGE_STALE;
  if (!plugin::may_wait(LODGE_CHILD_V1 " list")) return LODGE_FAILED_PRECONDITION;
  if (fn == nullptr) return LODGE_INVALID_ARGUMENT;
  for (const ChildFacts& each : children_of(entry).list(entry->instance_owner())) {
    const Error end = each.last_end.value_or(Error{Code::OK, "", Executed::no});
    const lodge_child_entry shown{.struct_size = sizeof shown,
                                  .child = each.handle,
                                  .name = slice_of(std::string_view(each.name)),
                                  .restart = static_cast<std::uint32_t>(each.restart),
                                  .up = each.up ? 1U : 0U,
                                  .since_ns = each.since_wall_ns,
                                  .restarts = each.restarts,
                                  .last_code = static_cast<std::int32_t>(end.code),
                                  .has_ended = each.last_end ? 1U : 0U,
                                  .last_text = slice_of(std::string_view(end.message))};
    if (plugin::run_foreign([&] { return fn(user, &shown); }) != 0) break;
  }
  return LODGE_OK;
}

constexpr lodge_child_v1 table{.start = start, .stop = stop, .exit = exit, .supervise = supervise, .list = list};

}  // namespace

void offer_children(plugin::InterfaceRegistry& registry, PluginChildren& children) {
  registry.offer(Place::child, LODGE_CHILD_V1, &table, &children);
}

}  // namespace lodge::service
