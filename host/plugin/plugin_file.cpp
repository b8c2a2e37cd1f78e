#include "plugin/plugin_file.hpp"

#include <fmt/format.h>
#include <strings.h>
#include <unistd.h>

#include <utility>

#include "platform/dynamic_library.hpp"
#include "plugin/elf_check.hpp"
#include "plugin/file_image.hpp"
#include "plugin/private_copy.hpp"
#include "plugin/trust.hpp"

namespace lodge::plugin {

namespace {

Error refuse(const PluginFile& file, Code code, std::string_view why) {
  return {code, fmt::format("{}: {}", file.path, why)};
}

Result<std::shared_ptr<const Plugin>> bind_library(const PluginFile& file, const platform::DynamicLibrary& library) {
  const auto entry = reinterpret_cast<lodge_entry_fn>(library.find(LODGE_ENTRY));
  const lodge_plugin* const raw = entry != nullptr ? entry() : nullptr;
  if (raw == nullptr) return refuse(file, Code::FAILED_PRECONDITION, LODGE_ENTRY " returned NULL");
  auto plugin = bind(*raw, file.path);
  if (!plugin) return refuse(file, plugin.error().code, plugin.error().message);
  if ((*plugin)->descriptor != file.descriptor) {
    return refuse(file, Code::FAILED_PRECONDITION,
                  "says something else about itself here than it said when it was read; " LODGE_ENTRY
                  " must return the same constant data each time");
  }
  return plugin;
}

}  // namespace

Status check_pin(const PluginFile& file, std::string_view pin) {
  if (pin.empty()) return {};
  const bool same = pin.size() == file.sha256.size() && strncasecmp(pin.data(), file.sha256.data(), pin.size()) == 0;
  if (same) return {};
  return Error{
      Code::PERMISSION_DENIED,
      fmt::format("{}: its SHA-256 is {}, and the configuration pins {}; if the new file is wanted, change the "
                  "pin",
                  file.path, file.sha256, pin)};
}

Result<PluginFile> inspect_plugin_file(const std::string& path, const ScanOptions& options, std::string_view pin) {
  const Result<FileImage> image = read_file_image(path);
  if (!image) return image.error();
  if (Status owner = check_owner(path, image->owner, image->mode, geteuid()); !owner) return std::move(owner).error();
  PluginFile out{.path = path, .sha256 = sha256_of(image->content), .needed = {}, .descriptor = {}};
  if (Status pinned = check_pin(out, pin); !pinned) return std::move(pinned).error();
  Result<ElfFacts> facts = check_elf(image->content);
  if (!facts) return refuse(out, facts.error().code, facts.error().message);
  out.needed = std::move(facts->needed);
  Result<Descriptor> descriptor = describe_image(*image, options);
  if (!descriptor) return std::move(descriptor).error();
  out.descriptor = *std::move(descriptor);
  return out;
}

Result<std::shared_ptr<const Plugin>> load_plugin_file(const PluginFile& file, const std::string& data_dir) {
  const Result<FileImage> image = read_file_image(file.path);
  if (!image) return image.error();
  if (sha256_of(image->content) != file.sha256) {
    return refuse(file, Code::FAILED_PRECONDITION, "has changed since it was checked; try again");
  }
  const Result<std::string> copy = keep_private_copy(data_dir, file.sha256, file.descriptor.name, image->content);
  if (!copy) return refuse(file, copy.error().code, copy.error().message);
  const auto library = platform::DynamicLibrary::open(*copy);
  if (!library) return refuse(file, library.error().code, "cannot be loaded: " + library.error().message);
  return bind_library(file, *library);
}

}  // namespace lodge::plugin
