# `cpack -G DEB`, or `cmake --workflow --preset release`: a Debian package.
set(CPACK_PACKAGE_NAME dynascope)
set(CPACK_PACKAGE_VENDOR "dynascope")
set(CPACK_PACKAGE_CONTACT "dynascope maintainers <maintainers@dynascope.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "terminal explorer for DynamoDB-style tables")
set(CPACK_PACKAGE_DESCRIPTION
"Browse and edit tables, items and indexes in the terminal, on an embedded
store that needs no server, with the same operations as JSON on the command
line. Items keep DynamoDB's types exactly, and every change is kept as a
stream record.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL OFF)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION database)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# the terminal descriptions (more of them help with rare terminals), and what is loaded at run time,
# where shlibdeps cannot see it
set(CPACK_DEBIAN_PACKAGE_DEPENDS
    "ncurses-base, libmicrohttpd12 | libmicrohttpd12t64, libcurl4 | libcurl4t64, ca-certificates,
    libzip4 | libzip4t64 | libzip5")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS ncurses-term)
include(CPack)
