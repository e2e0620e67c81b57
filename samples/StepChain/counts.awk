BEGIN {
    print "internal static class Counts"
    print "{"
    print "    public static readonly (string Word, int Count)[] All ="
    print "    ["
}
{ printf "        (\"%s\", %d),\n", $2, $1 }
END {
    print "    ];"
    print "}"
}
