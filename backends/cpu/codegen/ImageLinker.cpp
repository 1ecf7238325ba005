#include "backends/cpu/codegen/ImageLinker.h"

#include "lld/Common/Driver.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

#include <mutex>

LLD_HAS_DRIVER(elf)

using namespace llvm;
using namespace tenon::cpu;

/// LLD keeps its state in globals; once it has crashed it cannot run again.
static std::mutex linkerMutex;
static bool linkerUnusable = false;

/// Writes `bytes` to a new temporary file.
static Expected<std::string> writeTemporary(ArrayRef<char> bytes,
                                            StringRef suffix) {
  SmallString<128> path;
  int descriptor;
  if (std::error_code error = sys::fs::createTemporaryFile(
          "tenon-kernels", suffix, descriptor, path))
    return createStringError(error, "cannot create a temporary file: " +
                                        error.message());
  raw_fd_ostream os(descriptor, /*shouldClose=*/true);
  os.write(bytes.data(), bytes.size());
  os.close();
  if (os.has_error()) {
    std::error_code error = os.error();
    os.clear_error();
    sys::fs::remove(path);
    return createStringError(error,
                             "cannot write " + path + ": " + error.message());
  }
  return std::string(path);
}

static Expected<std::vector<ImageSymbol>>
readSymbols(const object::ELFObjectFileBase &image) {
  std::vector<ImageSymbol> symbols;
  for (const object::ELFSymbolRef &symbol : image.getDynamicSymbolIterators()) {
    Expected<uint32_t> flags = symbol.getFlags();
    if (!flags)
      return flags.takeError();
    if (*flags & object::SymbolRef::SF_Undefined)
      continue;
    Expected<StringRef> name = symbol.getName();
    Expected<uint64_t> address = symbol.getAddress();
    if (!name)
      return joinErrors(name.takeError(), address.takeError());
    if (!address)
      return address.takeError();
    if (symbol.getELFType() == ELF::STT_FUNC)
      symbols.push_back({name->str(), *address});
  }
  llvm::sort(symbols, [](const ImageSymbol &a, const ImageSymbol &b) {
    return a.name < b.name;
  });
  return symbols;
}

Expected<CodeImage> tenon::cpu::linkImage(ArrayRef<char> object,
                                          const LinkOptions &options) {
  Expected<std::string> input = writeTemporary(object, "o");
  if (!input)
    return input.takeError();
  FileRemover removeInput(*input);
  Expected<std::string> output = writeTemporary({}, "so");
  if (!output)
    return output.takeError();
  FileRemover removeOutput(*output);

  std::vector<const char *> arguments = {
      "ld.lld", "-shared", "-nostdlib", "--threads=1", "--hash-style=gnu",
      "--build-id=none", "-Bsymbolic", "--gc-sections",
      // Segments are mapped straight from the file, code apart from data, and
      // nothing in them is written, not even the dynamic section.
      "-z", "separate-code", "-z", "rodynamic", "-z", "now", "--no-undefined",
      "-o", output->c_str(), input->c_str()};
  if (!options.debugInfo)
    arguments.push_back("--strip-all");

  std::string messages;
  {
    std::lock_guard<std::mutex> lock(linkerMutex);
    if (linkerUnusable)
      return createStringError("the linker crashed before in this process");
    raw_string_ostream os(messages);
    lld::Result result =
        lld::lldMain(arguments, os, os, {{lld::Gnu, &lld::elf::link}});
    linkerUnusable = !result.canRunAgain;
    if (result.retCode != 0)
      return createStringError("linking kernels failed: " +
                               StringRef(messages).trim());
  }

  auto buffer = MemoryBuffer::getFile(*output, /*IsText=*/false,
                                      /*RequiresNullTerminator=*/false);
  if (!buffer)
    return createStringError(buffer.getError(),
                             "cannot read the linked image: " +
                                 buffer.getError().message());
  CodeImage image;
  image.bytes.assign((*buffer)->getBufferStart(), (*buffer)->getBufferEnd());
  if (Error error = verifyImage(image.bytes))
    return std::move(error);
  auto file = object::ObjectFile::createELFObjectFile(MemoryBufferRef(
      StringRef(image.bytes.data(), image.bytes.size()), "kernels"));
  if (!file)
    return file.takeError();
  auto symbols = readSymbols(cast<object::ELFObjectFileBase>(**file));
  if (!symbols)
    return symbols.takeError();
  image.symbols = std::move(*symbols);
  return image;
}

/// The RELATIVE relocation type of a machine.
static std::optional<uint32_t> relativeType(uint16_t machine) {
  switch (machine) {
  case ELF::EM_X86_64:
    return ELF::R_X86_64_RELATIVE;
  case ELF::EM_AARCH64:
    return ELF::R_AARCH64_RELATIVE;
  default:
    return std::nullopt;
  }
}

Error tenon::cpu::verifyImage(ArrayRef<char> image) {
  auto file =
      object::ELF64LEFile::create(StringRef(image.data(), image.size()));
  if (!file)
    return file.takeError();
  std::optional<uint32_t> relative = relativeType(file->getHeader().e_machine);
  if (!relative)
    return createStringError("code for an unknown machine %u",
                             unsigned(file->getHeader().e_machine));
  auto segments = file->program_headers();
  if (!segments)
    return segments.takeError();
  for (const auto &segment : *segments)
    if (segment.p_type == ELF::PT_LOAD && (segment.p_flags & ELF::PF_W))
      return createStringError("code image has writable data");

  auto sections = file->sections();
  if (!sections)
    return sections.takeError();
  for (const auto &section : *sections) {
    if (section.sh_type == ELF::SHT_INIT_ARRAY ||
        section.sh_type == ELF::SHT_FINI_ARRAY)
      return createStringError("code image has constructors");
    if (section.sh_type == ELF::SHT_RELA) {
      auto relocations = file->relas(section);
      if (!relocations)
        return relocations.takeError();
      for (const auto &relocation : *relocations)
        if (relocation.getType(/*isMips64EL=*/false) != *relative)
          return createStringError("code image has a relocation of type %u",
                                   relocation.getType(false));
    }
    if (section.sh_type != ELF::SHT_DYNSYM)
      continue;
    auto symbols = file->symbols(&section);
    auto names = file->getStringTableForSymtab(section);
    if (!symbols)
      return joinErrors(symbols.takeError(), names.takeError());
    if (!names)
      return names.takeError();
    for (const auto &symbol : *symbols) {
      auto name = symbol.getName(*names);
      if (!name)
        return name.takeError();
      if (symbol.isUndefined() && !name->empty())
        return createStringError("code image imports '%s'",
                                 name->str().c_str());
    }
  }
  return Error::success();
}
