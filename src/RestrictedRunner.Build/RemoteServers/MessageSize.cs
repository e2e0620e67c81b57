using Google.Protobuf;

namespace RestrictedRunner.Build.RemoteServers;

/// <summary>
/// How many parts a message has, before any of them is made: a part of two bytes, of which a forged message may have millions, takes a
/// hundred in memory.
/// </summary>
internal static class MessageSize
{
    /// <summary>Most parts of a message that is read.</summary>
    public const int MostParts = 1_000_000;

    /// <summary>Whether a message has no more than <see cref="MostParts"/> parts.</summary>
    /// <param name="message">Its bytes.</param>
    /// <param name="depth">1 to count its own parts; 2 to count those of its parts too.</param>
    /// <exception cref="InvalidProtocolBufferException">It is no message.</exception>
    public static bool IsUsual(byte[] message, int depth)
    {
        using var input = new CodedInputStream(message);
        var left = MostParts;
        return IsUsual(input, message.Length, depth, ref left);
    }

    // A part that is a message is entered by reading on after its length.
    private static bool IsUsual(CodedInputStream input, long end, int depth, ref int left)
    {
        while (input.Position < end && input.ReadTag() is > 0 and var tag)
        {
            if (WireFormat.GetTagWireType(tag) != WireFormat.WireType.LengthDelimited)
            {
                input.SkipLastField();
                continue;
            }

            if (--left < 0)
            {
                return false;
            }

            if (depth == 1)
            {
                input.SkipLastField();
                continue;
            }

            var length = input.ReadLength();
            if (!IsUsual(input, input.Position + length, depth - 1, ref left))
            {
                return false;
            }
        }

        return true;
    }
}
