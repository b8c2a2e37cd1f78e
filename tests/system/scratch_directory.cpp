#include "scratch_directory.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace lodge::system_test {

namespace fs = std::filesystem;

ScratchDirectory::ScratchDirectory() {
  std::string name = (fs::temp_directory_path() / "lodge-system-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory: " + name);
  path_ = name;
  fs::create_directory(plugins());
  fs::permissions(plugins(), fs::perms::owner_all);
}

ScratchDirectory::~ScratchDirectory() {
  std::error_code error;
  fs::remove_all(path_, error);
}

void ScratchDirectory::write(const fs::path& name, std::string_view text) const {
  std::ofstream out(path_ / name, std::ios::binary);
  out << text;
  if (!out.flush()) throw std::runtime_error("cannot write " + (path_ / name).string());
}

std::string ScratchDirectory::read(const fs::path& name) const {
  const std::ifstream in(path_ / name, std::ios::binary);
  std::ostringstream text;
  if (in) text << in.rdbuf();
  return text.str();
}

namespace {

fs::path copy_plugin(const fs::path& file, const fs::path& folder) {
  fs::path copy = folder / file.filename();
  fs::copy_file(file, copy);
  fs::permissions(copy, fs::perms::owner_all);
  return copy;
}

}  // namespace

fs::path ScratchDirectory::add_plugin(const std::string& name) const {
  return copy_plugin(fs::path(TEST_PLUGINS) / (name + ".so"), plugins());
}

fs::path ScratchDirectory::add_standard_plugin(const std::string& name) const {
  return copy_plugin(fs::path(PLUGINS) / (name + ".so"), plugins());
}

}  // namespace lodge::system_test
