#include "plugin/elf_check.hpp"

#include <fmt/format.h>
#include <gelf.h>
#include <libelf.h>
#include <link.h>
#include <lodge/descriptor.h>

#include <cstdio>
#include <memory>
#include <string_view>

namespace lodge::plugin {

namespace {

constexpr std::size_t named_max = 5;

Error refuse(std::string message) { return {Code::INVALID_ARGUMENT, std::move(message)}; }

struct EndElf {
  void operator()(Elf* elf) const { elf_end(elf); }
};
using ElfHandle = std::unique_ptr<Elf, EndElf>;

std::string machine_name(unsigned machine) {
  switch (machine) {
    case EM_X86_64:
      return "x86-64";
    case EM_386:
      return "x86 (32 bits)";
    case EM_AARCH64:
      return "aarch64";
    case EM_ARM:
      return "arm (32 bits)";
    case EM_RISCV:
      return "risc-v";
    default:
      return fmt::format("machine number {}", machine);
  }
}

/// The machine that this process was built for, as its own file says.
unsigned own_machine() {
  static const unsigned machine = [] {
    ElfW(Ehdr) header{};
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> self(std::fopen("/proc/self/exe", "rb"), &std::fclose);
    const bool read = self != nullptr && std::fread(&header, sizeof header, 1, self.get()) == 1;
    return read ? header.e_machine : unsigned{EM_NONE};
  }();
  return machine;
}

Status check_header(Elf* elf) {
  GElf_Ehdr header;
  if (elf == nullptr || elf_kind(elf) != ELF_K_ELF || gelf_getehdr(elf, &header) == nullptr) {
    return refuse("not a shared object: it does not begin as an ELF file does");
  }
  if (header.e_type != ET_DYN) {
    return refuse("an ELF file, but not a shared object; link it with -shared");
  }
  if (header.e_machine != own_machine()) {
    return refuse(fmt::format("built for {}, and this host runs on {}", machine_name(header.e_machine),
                              machine_name(own_machine())));
  }
  return {};
}

/// The first section of that type; nullptr: there is none.
Elf_Scn* find_section(Elf* elf, GElf_Word type, GElf_Shdr& header) {
  for (Elf_Scn* section = elf_nextscn(elf, nullptr); section != nullptr; section = elf_nextscn(elf, section)) {
    if (gelf_getshdr(section, &header) != nullptr && header.sh_type == type) return section;
  }
  return nullptr;
}

std::string_view text_at(Elf* elf, GElf_Word table, std::size_t offset) {
  const char* const text = elf_strptr(elf, table, offset);
  return text != nullptr ? text : std::string_view{};
}

bool is_export(const GElf_Sym& symbol) {
  const unsigned binding = GELF_ST_BIND(symbol.st_info);
  const unsigned visibility = GELF_ST_VISIBILITY(symbol.st_other);
  // SHN_ABS: the names of symbol versions, which are not shared with anybody.
  return symbol.st_shndx != SHN_UNDEF && symbol.st_shndx != SHN_ABS &&
         (binding == STB_GLOBAL || binding == STB_WEAK || binding == STB_GNU_UNIQUE) &&
         (visibility == STV_DEFAULT || visibility == STV_PROTECTED);
}

Status check_exports(Elf* elf) {
  GElf_Shdr header;
  Elf_Scn* const section = find_section(elf, SHT_DYNSYM, header);
  Elf_Data* const data = section != nullptr ? elf_getdata(section, nullptr) : nullptr;
  if (data == nullptr) return refuse("a shared object without a table of dynamic symbols; was it stripped too far?");
  bool entry = false;
  std::size_t others = 0;
  std::string named;
  GElf_Sym symbol;
  for (int i = 0; gelf_getsym(data, i, &symbol) != nullptr; ++i) {
    if (!is_export(symbol)) continue;
    const std::string_view name = text_at(elf, header.sh_link, symbol.st_name);
    if (name == LODGE_ENTRY) {
      entry = GELF_ST_TYPE(symbol.st_info) == STT_FUNC;
    } else if (++others <= named_max) {
      named += fmt::format("{}{}", named.empty() ? "" : ", ", name);
    }
  }
  if (!entry) {
    return refuse("not a plugin: it does not export the function " LODGE_ENTRY
                  "; declare it with LODGE_EXPORT, in C++ as extern \"C\"");
  }
  if (others > 0) {
    return refuse(fmt::format("exports more than " LODGE_ENTRY
                              ": {}{}; two plugins would share these. Link with the version script that "
                              "lodge_add_plugin sets, or compile with -fvisibility=hidden",
                              named, others > named_max ? fmt::format(" and {} more", others - named_max) : ""));
  }
  return {};
}

Result<ElfFacts> read_dynamic(Elf* elf) {
  GElf_Shdr header;
  Elf_Scn* const section = find_section(elf, SHT_DYNAMIC, header);
  Elf_Data* const data = section != nullptr ? elf_getdata(section, nullptr) : nullptr;
  if (data == nullptr) return refuse("a shared object without a dynamic section; was it stripped too far?");
  ElfFacts out;
  GElf_Dyn entry;
  for (int i = 0; gelf_getdyn(data, i, &entry) != nullptr && entry.d_tag != DT_NULL; ++i) {
    if (entry.d_tag == DT_NEEDED) {
      out.needed.emplace_back(text_at(elf, header.sh_link, entry.d_un.d_val));
    } else if (entry.d_tag == DT_FLAGS_1 && (entry.d_un.d_val & DF_1_PIE) != 0) {
      return refuse("a program, not a shared object; link it with -shared");
    } else if (entry.d_tag == DT_RPATH || entry.d_tag == DT_RUNPATH) {
      const std::string_view path = text_at(elf, header.sh_link, entry.d_un.d_val);
      if (path.find("$ORIGIN") == std::string_view::npos && path.find("${ORIGIN}") == std::string_view::npos) continue;
      return refuse(
          fmt::format("its run path, {}, leads to where the file lies, and it runs from a private copy; link "
                      "without $ORIGIN: statically, to installed libraries, or with an absolute path",
                      path));
    }
  }
  return out;
}

}  // namespace

Result<ElfFacts> check_elf(ByteView content) {
  static const bool ready = elf_version(EV_CURRENT) != EV_NONE;
  if (!ready) return Error{Code::INTERNAL, "libelf is older than its header"};
  // libelf wants a pointer that is not const; in memory that it did not allocate it changes nothing.
  auto* const image = const_cast<char*>(reinterpret_cast<const char*>(content.data()));
  const ElfHandle elf(content.empty() ? nullptr : elf_memory(image, content.size()));
  if (Status fits = check_header(elf.get()); !fits) return std::move(fits).error();
  Result<ElfFacts> facts = read_dynamic(elf.get());
  if (!facts) return facts;
  if (Status fits = check_exports(elf.get()); !fits) return std::move(fits).error();
  return facts;
}

}  // namespace lodge::plugin
