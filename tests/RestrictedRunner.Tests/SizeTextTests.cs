using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public class SizeTextTests
{
    [Theory]
    [InlineData("10g", 10L * 1024 * 1024 * 1024)]
    [InlineData("512m", 512L * 1024 * 1024)]
    [InlineData("1.5K", 1536L)]
    [InlineData("2KiB", 2048L)]
    [InlineData("7", 7L)]
    [InlineData("7b", 7L)]
    [InlineData("0", 0L)]
    [InlineData("1p", 1L << 50)]
    [InlineData("", null)]
    [InlineData("g", null)]
    [InlineData("-1", null)]
    [InlineData("10 g", null)]
    [InlineData("lots", null)]
    [InlineData("99999p", null)]
    public void A_size_is_a_number_with_a_unit(string text, long? bytes) => Assert.Equal(bytes, SizeText.Read(text));

    [Theory]
    [InlineData(0L, "0 bytes")]
    [InlineData(1023L, "1023 bytes")]
    [InlineData(1536L, "1.5 KiB")]
    [InlineData(10L * 1024 * 1024 * 1024, "10 GiB")]
    [InlineData(long.MaxValue, "8388608 TiB")]
    public void People_read_it_in_the_largest_unit_that_fits(long bytes, string text) => Assert.Equal(text, SizeText.Of(bytes));
}
