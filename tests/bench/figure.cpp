#include "figure.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string_view>
#include <thread>

namespace lodge::bench {

namespace {

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

[[noreturn]] void refuse(const char* program, const std::string& what) {
  std::fprintf(stderr, "%s: %s; usage: %s [--json] [--rounds N] [--only TEXT]\n", program, what.c_str(), program);
  std::exit(2);
}

}  // namespace

Figures::Figures(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string option = argv[i];
    const bool last = i + 1 == argc;
    if (option == "--json") {
      json_ = true;
    } else if (option == "--rounds" && !last) {
      rounds_ = std::strtoul(argv[++i], nullptr, 10);
      if (rounds_ == 0 || rounds_ > 1000) refuse(argv[0], "--rounds takes a number from 1 to 1000");
    } else if (option == "--only" && !last) {
      only_ = argv[++i];
    } else {
      refuse(argv[0], "unknown or incomplete option `" + option + "`");
    }
  }
}

bool Figures::wanted(const std::string& name) const { return name.find(only_) != std::string::npos; }

void Figures::compare(const std::string& name, const std::string& unit, Better better,
                      const std::function<double()>& ours, const std::vector<Contender>& references) {
  if (!wanted(name)) return;
  std::vector<double> our_values;
  std::vector<std::vector<double>> their_values(references.size());
  // One round that does not count: memory is touched, threads have run.
  for (std::size_t round = 0; round <= rounds_; ++round) {
    const double value = ours();
    if (round > 0) our_values.push_back(value);
    for (std::size_t i = 0; i < references.size(); ++i) {
      const double theirs = references[i].measure();
      if (round > 0) their_values[i].push_back(theirs);
    }
  }
  for (std::size_t i = 0; i < references.size(); ++i) {
    print(name, unit, references[i].name, better, our_values, their_values[i]);
  }
}

void Figures::print(const std::string& name, const std::string& unit, const std::string& reference, Better better,
                    const std::vector<double>& ours, const std::vector<double>& theirs) const {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < ours.size(); ++i) {
    ratios.push_back(better == Better::more ? ours[i] / theirs[i] : theirs[i] / ours[i]);
  }
  if (json_) {
    const auto [our_min, our_max] = std::minmax_element(ours.begin(), ours.end());
    const auto [their_min, their_max] = std::minmax_element(theirs.begin(), theirs.end());
    const nlohmann::ordered_json line{{"name", name},
                                      {"value", median(ours)},
                                      {"unit", unit},
                                      {"reference", reference},
                                      {"reference_value", median(theirs)},
                                      {"ratio", median(ratios)},
                                      {"n", ours.size()},
                                      {"min", *our_min},
                                      {"max", *our_max},
                                      {"reference_min", *their_min},
                                      {"reference_max", *their_max}};
    std::printf("%s\n", line.dump().c_str());
  } else {
    std::printf("%s\t%.4g\t%s\t%s\t%.4g\t%.3g\t%zu\n", name.c_str(), median(ours), unit.c_str(), reference.c_str(),
                median(theirs), median(ratios), ours.size());
  }
  std::fflush(stdout);
}

void Figures::absent(const std::string& name, const std::string& unit, const std::string& reference) {
  if (!wanted(name)) return;
  if (json_) {
    const nlohmann::ordered_json line{{"name", name}, {"unit", unit}, {"reference", reference}, {"absent", true}};
    std::printf("%s\n", line.dump().c_str());
  } else {
    std::printf("%s\t-\t%s\t%s\tabsent\t-\t0\n", name.c_str(), unit.c_str(), reference.c_str());
  }
}

double mega_per_second(unsigned threads, std::uint64_t operations,
                       const std::function<void(unsigned thread, std::uint64_t operations)>& work) {
  using Clock = std::chrono::steady_clock;
  std::atomic<unsigned> ready{0};
  std::vector<Clock::time_point> begun(threads);
  std::vector<Clock::time_point> ended(threads);
  const auto run = [&](unsigned thread) {
    ready.fetch_add(1);
    while (ready.load() < threads) std::this_thread::yield();
    begun[thread] = Clock::now();
    work(thread, operations);
    ended[thread] = Clock::now();
  };
  std::vector<std::thread> others;
  for (unsigned thread = 1; thread < threads; ++thread) others.emplace_back(run, thread);
  run(0);
  for (std::thread& each : others) each.join();
  const std::chrono::duration<double> took =
      *std::max_element(ended.begin(), ended.end()) - *std::min_element(begun.begin(), begun.end());
  return static_cast<double>(threads) * static_cast<double>(operations) / took.count() / 1e6;
}

}  // namespace lodge::bench
