// From the crop of a face to the input of an exported file, and from its scores to confidences.
#pragma once

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <stdexcept>
#include <string>
#include <vector>

namespace mmfer {

// A JSON value, read by OpenCV, which takes only objects: the value gets the name "value".
inline cv::FileStorage read_json(const std::string& text) {
    return {"{\"value\": " + text + "}",
            cv::FileStorage::READ | cv::FileStorage::MEMORY | cv::FileStorage::FORMAT_JSON};
}

// A JSON list of names.
inline std::vector<std::string> names(const std::string& text) {
    const cv::FileStorage json = read_json(text);
    std::vector<std::string> found;
    for (const cv::FileNode& name : json["value"]) found.push_back(static_cast<std::string>(name));
    return found;
}

inline cv::Mat resize_square(const cv::Mat& image, int size) {
    if (image.rows == size && image.cols == size) return image;
    const bool shrinks = size < std::max(image.rows, image.cols);
    cv::Mat resized;
    cv::resize(image, resized, {size, size}, 0, 0, shrinks ? cv::INTER_AREA : cv::INTER_LINEAR);
    return resized;
}

// Gray in three channels: the weighted mean of blue, green and red, rounded down.
inline cv::Mat to_gray(const cv::Mat& image, const cv::Vec3d& weights) {
    const cv::Vec3d shares = weights / (weights[0] + weights[1] + weights[2]);
    cv::Mat gray(image.size(), CV_8UC3);
    for (int row = 0; row < image.rows; ++row) {
        for (int column = 0; column < image.cols; ++column) {
            const auto& pixel = image.at<cv::Vec3b>(row, column);
            const double mean = shares[0] * pixel[0] + shares[1] * pixel[1] + shares[2] * pixel[2];
            gray.at<cv::Vec3b>(row, column) = cv::Vec3b::all(static_cast<uchar>(mean));
        }
    }
    return gray;
}

struct Input {
    std::vector<float> values;   // 3 x height x width, RGB, 0 to 255
    std::vector<int64_t> shape;  // 1, 3, height, width
};

// The input of the network from a crop in BGR, by the metadata entry "preprocessing".
inline Input network_input(const std::string& preprocessing, cv::Mat image) {
    const cv::FileStorage json = read_json(preprocessing);
    for (const cv::FileNode& step : json["value"]["pipeline"]) {
        const std::string type = static_cast<std::string>(step["type"]);
        const std::string name = type.substr(type.rfind('.') + 1);
        // OpenCV reads true and false as 1 and 0.
        const bool always = static_cast<double>(step["prob"]) == 1.0 &&
                            static_cast<int>(step["keep_channels"]) == 1;
        if (name == "ResizeFace") {
            image = resize_square(image, static_cast<int>(step["size"]));
        } else if (name == "RandomGrayscale" && always) {
            cv::Vec3d weights(1, 1, 1);
            const cv::FileNode given = step["channel_weights"];
            for (int i = 0; !given.empty() && i < 3; ++i) weights[i] = static_cast<double>(given[i]);
            image = to_gray(image, weights);
        } else if (name.rfind("Load", 0) != 0 && name.rfind("Pack", 0) != 0 &&
                   name != "SensorNoise") {
            throw std::runtime_error("This example cannot do the step " + type + " of the file.");
        }
    }
    Input input{{}, {1, 3, image.rows, image.cols}};
    for (const int channel : {2, 1, 0}) {
        cv::Mat plane;
        cv::extractChannel(image, plane, channel);
        plane.convertTo(plane, CV_32F);
        input.values.insert(input.values.end(), plane.begin<float>(), plane.end<float>());
    }
    return input;
}

// The confidences by the metadata entry "calibration", which may be null.
inline std::vector<double> confidences(const std::string& calibration, std::vector<double> scores) {
    if (calibration == "null") return scores;
    const double temperature = static_cast<double>(read_json(calibration)["value"]["temperature"]);
    if (!(temperature > 0)) throw std::runtime_error("The calibration has no temperature.");
    double sum = 0;
    for (double& score : scores) sum += score = std::pow(std::max(score, 1e-12), 1 / temperature);
    for (double& score : scores) score /= sum;
    return scores;
}

}  // namespace mmfer
