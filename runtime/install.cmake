# What `cmake --install` gives an application: headers, libtenon.so, a CMake
# package (find_package(Tenon), target Tenon::runtime) and tenon.pc.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

target_include_directories(tenon_runtime_shared INTERFACE
  $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
install(FILES
    ${CMAKE_CURRENT_SOURCE_DIR}/capi/tenon.h
    ${CMAKE_CURRENT_SOURCE_DIR}/capi/tenon.hpp
    ${CMAKE_CURRENT_SOURCE_DIR}/capi/tenon_inspect.h
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/tenon COMPONENT runtime)
install(TARGETS tenon_runtime_shared EXPORT TenonTargets
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT runtime)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/Tenon)
install(EXPORT TenonTargets NAMESPACE Tenon:: DESTINATION ${package_dir}
  COMPONENT runtime)
file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/TenonConfig.cmake
  "include(\${CMAKE_CURRENT_LIST_DIR}/TenonTargets.cmake)\n")
write_basic_package_version_file(
  ${CMAKE_CURRENT_BINARY_DIR}/TenonConfigVersion.cmake
  COMPATIBILITY SameMajorVersion)
install(FILES
    ${CMAKE_CURRENT_BINARY_DIR}/TenonConfig.cmake
    ${CMAKE_CURRENT_BINARY_DIR}/TenonConfigVersion.cmake
  DESTINATION ${package_dir} COMPONENT runtime)

file(RELATIVE_PATH TENON_PC_INCLUDEDIR
  ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_FULL_INCLUDEDIR})
configure_file(${CMAKE_CURRENT_SOURCE_DIR}/capi/tenon.pc.in
  ${CMAKE_CURRENT_BINARY_DIR}/tenon.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/tenon.pc
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT runtime)
