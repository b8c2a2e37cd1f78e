// What @NAME@ does, tried without lodged: the argument is its file.
#include <lodge/testing.hpp>

#include <cstdio>
#include <string>

namespace {

int failures = 0;

void expect(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "not so: %s\n", what);
  ++failures;
}

}  // namespace

int main(int, char** arguments) {
  lodge::testing::Host host;
  host.add_file(arguments[1]);
  host.start("s", {"@NAME@"}, {{"@NAME@", {{"salutation", "good morning"}}}}).or_throw();

  expect(host.call<std::string>("s", "greet", "Ada").or_throw() == "good morning, Ada", "it greets as it is told to");
  expect(host.call<std::string>("s", "greet", "").error().code == LODGE_INVALID_ARGUMENT, "it greets nobody");

  host.stop_all().or_throw();
  expect(host.leaks().empty(), "it leaves nothing behind");
  return failures == 0 ? 0 : 1;
}
