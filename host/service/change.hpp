// What is to change in a service that exists, and what has.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "service/layers.hpp"
#include "service/service_spec.hpp"

namespace lodge::service {

struct Change {
  PluginTables update;                      ///< settings, to be merged over what there is
  std::vector<std::string> add;             ///< plugins, to the end of the list
  std::vector<std::string> remove;          ///< plugins; with one to add, that takes the place of the first one
  std::vector<std::string> upgrade;         ///< plugins whose file has been replaced
  std::shared_ptr<const ServiceSpec> file;  ///< what the configuration file says by now; nullptr: as before
  bool dry_run = false;                     ///< only find out whether it can be done, and what it would be
};

/// Of a dry run: what would.
struct Changed {
  struct Replaced {
    std::string plugin;
    std::string from;  ///< version
    std::string to;
  };
  std::vector<std::string> added;
  std::vector<std::string> removed;
  std::vector<Replaced> replaced;     ///< a new instance took the place of another
  std::vector<std::string> settings;  ///< "greeter.salutation"
};

}  // namespace lodge::service
