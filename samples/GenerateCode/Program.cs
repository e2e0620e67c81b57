using Google.Protobuf;
using Shop;

var order = new Order
{
    Customer = "Ada",
    Lines =
    {
        new Order.Types.Line { Article = "teapot", Count = 1, Price = new Money { Currency = "EUR", Cents = 2495 } },
        new Order.Types.Line { Article = "cup", Count = 4, Price = new Money { Currency = "EUR", Cents = 650 } },
    },
};

var bytes = order.ToByteArray();
var received = Order.Parser.ParseFrom(bytes);

Console.WriteLine($"{bytes.Length} bytes hold {received}");
Console.WriteLine($"They are the order that was sent: {received.Equals(order)}");
Console.WriteLine($"{received.Customer} pays {received.Lines.Sum(line => line.Count * line.Price.Cents)} cents");
