#include "testing/shelf.hpp"

#include <unistd.h>

#include <filesystem>
#include <utility>

#include "base/closest.hpp"
#include "base/log.hpp"
#include "platform/dynamic_library.hpp"
#include "plugin/elf_check.hpp"
#include "plugin/file_image.hpp"
#include "plugin/trust.hpp"

namespace lodge::testing {

namespace fs = std::filesystem;

Status Shelf::add(const lodge_plugin* plugin, const std::string& file) {
  if (plugin == nullptr) return Error{Code::INVALID_ARGUMENT, "the plugin's descriptor is NULL"};
  Result<std::shared_ptr<const plugin::Plugin>> bound = plugin::bind(*plugin, file);
  if (!bound) return std::move(bound).error();
  const std::string& name = (*bound)->descriptor.name;
  if (!plugins_.try_emplace(name, *bound).second) {
    return Error{Code::ALREADY_EXISTS, "there is a plugin `" + name + "` already"};
  }
  return {};
}

Status Shelf::add_file(const std::string& path) {
  const auto refuse = [&path](const Error& error) { return Error{error.code, path + ": " + error.message}; };
  const Result<plugin::FileImage> image = plugin::read_file_image(path);
  if (!image) return image.error();
  // Tests run on files that a host would not trust (a mounted folder, a lax umask); it is said, and no more.
  if (Status owner = plugin::check_owner(path, image->owner, image->mode, geteuid()); !owner) {
    log::warn("testing", "lodged would refuse this file: " + owner.error().message);
  }
  if (const Result<plugin::ElfFacts> facts = plugin::check_elf(image->content); !facts) return refuse(facts.error());
  std::error_code failed;
  const fs::path absolute = fs::absolute(path, failed);
  const auto library = platform::DynamicLibrary::open(absolute.string());
  if (!library) return refuse({library.error().code, "cannot be loaded: " + library.error().message});
  const auto entry = reinterpret_cast<lodge_entry_fn>(library->find(LODGE_ENTRY));
  const lodge_plugin* const descriptor = entry != nullptr ? entry() : nullptr;
  if (descriptor == nullptr) return refuse({Code::FAILED_PRECONDITION, LODGE_ENTRY " returned NULL"});
  if (entry() != descriptor) {
    return refuse({Code::FAILED_PRECONDITION, LODGE_ENTRY " must return the same constant data each time"});
  }
  const Status added = add(descriptor, path);
  return added ? added : refuse(added.error());
}

Status Shelf::add_folder(const std::string& path) {
  std::error_code failed;
  if (!fs::is_directory(path, failed)) return Error{Code::NOT_FOUND, path + ": there is no such folder"};
  look_in(path);
  return {};
}

void Shelf::deny(const std::string& plugin, const std::string& interface_id) {
  denied_[plugin].push_back(interface_id);
}

Result<const plugin::Descriptor*> Shelf::describe(std::string_view name) {
  if (const auto found = plugins_.find(name); found != plugins_.end()) return &found->second->descriptor;
  for (const std::string& folder : folders_) {
    const fs::path file = fs::path(folder) / (std::string(name) + ".so");
    std::error_code failed;
    if (!fs::exists(file, failed)) continue;
    if (Status added = add_file(file.string()); !added) return std::move(added).error();
    if (const auto found = plugins_.find(name); found != plugins_.end()) return &found->second->descriptor;
  }
  return missing(name);
}

Result<std::shared_ptr<const plugin::Plugin>> Shelf::load(std::string_view name) {
  const auto found = plugins_.find(name);
  if (found == plugins_.end()) return missing(name);
  return found->second;
}

std::vector<std::string> Shelf::denied(std::string_view name) const {
  const auto found = denied_.find(name);
  return found != denied_.end() ? found->second : std::vector<std::string>();
}

Error Shelf::missing(std::string_view name) const {
  std::vector<std::string> names;
  for (const auto& [known, plugin] : plugins_) names.push_back(known);
  std::string message = "there is no plugin `" + std::string(name) + "`" + did_you_mean(name, names);
  for (const std::string& folder : folders_) message += ", nor is it in " + folder;
  message += "; make it known with add, add_file or add_folder";
  return {Code::NOT_FOUND, std::move(message)};
}

}  // namespace lodge::testing
