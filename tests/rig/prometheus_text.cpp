#include "rig/prometheus_text.hpp"

#include <cmath>
#include <cstdlib>
#include <optional>
#include <set>
#include <stdexcept>
#include <utility>
#include <vector>

namespace lodge::rig {

namespace {

struct Sample {
  std::string name;
  std::vector<std::pair<std::string, std::string>> labels;
  double value = 0;
};

[[noreturn]] void wrong(const std::string& what) { throw std::runtime_error(what); }

bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool digit(char c) { return c >= '0' && c <= '9'; }

/// Takes lines apart from left to right.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  [[nodiscard]] bool done() const { return text_.empty(); }
  bool take(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  void expect(char c) {
    if (!take(c)) wrong(std::string("expected `") + c + "` before `" + std::string(text_) + "`");
  }
  std::string name(bool colons) {
    std::string out;
    while (!text_.empty() &&
           (letter(text_.front()) || (colons && text_.front() == ':') || (!out.empty() && digit(text_.front())))) {
      out += text_.front();
      text_.remove_prefix(1);
    }
    if (out.empty()) wrong("expected a name before `" + std::string(text_) + "`");
    return out;
  }
  std::string quoted() {
    expect('"');
    std::string out;
    while (!take('"')) {
      if (text_.empty()) wrong("a label value does not end");
      if (take('\\')) {
        if (take('n')) {
          out += '\n';
        } else if (take('"')) {
          out += '"';
        } else {
          expect('\\');
          out += '\\';
        }
        continue;
      }
      out += text_.front();
      text_.remove_prefix(1);
    }
    return out;
  }
  std::string rest() { return std::string(std::exchange(text_, {})); }

 private:
  std::string_view text_;
};

double number_from(const std::string& text) {
  if (text == "+Inf") return HUGE_VAL;
  if (text == "-Inf") return -HUGE_VAL;
  if (text == "NaN" || text == "Nan") return std::nan("");
  char* end = nullptr;
  const double out = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0' || (!digit(text[0]) && text[0] != '-')) wrong("`" + text + "` is no number");
  return out;
}

Sample sample_from(std::string_view line) {
  Cursor at(line);
  Sample out;
  out.name = at.name(true);
  std::set<std::string> seen;
  if (at.take('{')) {
    while (!at.take('}')) {
      std::string label = at.name(false);
      if (!seen.insert(label).second) wrong("label " + label + " stands twice");
      at.expect('=');
      out.labels.emplace_back(std::move(label), at.quoted());
      if (!at.take(',')) {
        at.expect('}');
        break;
      }
    }
  }
  at.expect(' ');
  out.value = number_from(at.rest());
  return out;
}

std::string key_of(const Sample& sample, bool with_le) {
  std::string out;
  for (const auto& [name, value] : sample.labels) {
    if (!with_le && name == "le") continue;
    out += (out.empty() ? "" : ",") + name + "=\"" + value + "\"";
  }
  return "{" + out + "}";
}

/// The family that is being read.
struct Family {
  std::string name;
  std::string type;
  struct Histogram {
    double bound = -HUGE_VAL;
    double cumulative = 0;
    std::optional<double> count;
    std::optional<double> sum;
  };
  std::map<std::string, Histogram> histograms;

  void take_part(const Sample& sample) {
    Histogram& of = histograms[key_of(sample, false)];
    if (sample.name == name + "_sum") {
      of.sum = sample.value;
    } else if (sample.name == name + "_count") {
      of.count = sample.value;
    } else if (sample.name == name + "_bucket") {
      std::string le;
      for (const auto& [label, value] : sample.labels) {
        if (label == "le") le = value;
      }
      const double bound = number_from(le);
      if (!(bound > of.bound)) wrong("buckets of " + name + " are not in order");
      if (sample.value < of.cumulative) wrong("buckets of " + name + " are not cumulative");
      of.bound = bound;
      of.cumulative = sample.value;
    } else {
      wrong(sample.name + " is no part of the histogram " + name);
    }
  }

  void take(const Sample& sample) {
    if (type == "histogram") return take_part(sample);
    if (sample.name != name) wrong("a sample of " + sample.name + " within " + name);
    if (type == "counter" && (!(sample.value >= 0) || std::isinf(sample.value))) wrong(name + " is no count");
  }

  void end() const {
    for (const auto& [labels, of] : histograms) {
      if (!of.sum || !of.count) wrong(name + labels + " lacks _sum or _count");
      if (!std::isinf(of.bound)) wrong(name + labels + " lacks the bucket +Inf");
      if (of.cumulative != *of.count) wrong(name + labels + ": the bucket +Inf is not _count");
    }
  }
};

class Reader {
 public:
  void line(std::string_view line) {
    if (line.starts_with("# HELP ")) return help(line.substr(7));
    if (line.starts_with("# TYPE ")) return type(line.substr(7));
    if (line.empty() || line[0] == '#') wrong("neither HELP, TYPE nor a sample");
    if (family_.type.empty()) wrong("a sample before its TYPE");
    const Sample sample = sample_from(line);
    family_.take(sample);
    const std::string key = sample.name + (sample.labels.empty() ? "" : key_of(sample, true));
    if (!samples.emplace(key, sample.value).second) wrong(key + " stands twice");
  }
  void end() const { family_.end(); }

  Samples samples;

 private:
  void help(std::string_view text) {
    family_.end();
    Cursor at(text);
    family_ = {at.name(true), "", {}};
    if (!families_.insert(family_.name).second) wrong(family_.name + " is in several pieces");
    at.expect(' ');
    for (const std::string said = at.rest(); const char each : said) {
      if (static_cast<unsigned char>(each) < 0x20) wrong("the HELP of " + family_.name + " is not escaped");
    }
  }
  void type(std::string_view text) {
    Cursor at(text);
    if (at.name(true) != family_.name) wrong("a TYPE without its HELP before it");
    at.expect(' ');
    family_.type = at.rest();
    const bool total = family_.name.ends_with("_total");
    if (family_.type != "counter" && family_.type != "gauge" && family_.type != "histogram") {
      wrong("no type " + family_.type);
    }
    if ((family_.type == "counter") != total) wrong(family_.name + ": a counter, and nothing else, ends in _total");
  }

  Family family_;
  std::set<std::string> families_;
};

}  // namespace

Samples read_prometheus_text(std::string_view text, std::string& error) {
  Reader reader;
  std::string_view line;
  try {
    if (!text.empty() && text.back() != '\n') wrong("the last line does not end");
    while (!text.empty()) {
      line = text.substr(0, text.find('\n'));
      text.remove_prefix(line.size() + 1);
      reader.line(line);
    }
    reader.end();
  } catch (const std::runtime_error& problem) {
    error = std::string(problem.what()) + ", at: " + std::string(line);
  }
  return std::move(reader.samples);
}

}  // namespace lodge::rig
